"""A web server on 127.0.0.1 that misbehaves on request and counts what it sends."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """Serves `files`, a dict of path to bytes.

    `always` is a dict of path to the fault of every request, a dict with any of:

    status        answer with this status and no file
    ranges        False: ignore the Range header
    cut           close the connection after this many bytes of the body
    stall         send this many bytes of the body, then nothing until the server stops
    no_length     announce no length
    body          send these bytes instead of the file
    span          send this text as Content-Range
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.always = {}, {}
        self.requests = []
        self.sent = 0  # bytes of bodies
        self.lock, self.stopped, self.stalled = threading.Lock(), threading.Event(), threading.Event()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, request, client_address):
        """Keep quiet: clients that hang up are what the tests are about."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server, path = self.server, self.path
        fault = server.always.get(path, {})
        if "status" in fault or path not in server.files:
            return self._answer(fault.get("status", 404), {"Content-Length": "0"})
        whole = fault.get("body", server.files[path])
        headers = {"Content-Type": "application/octet-stream"}
        first, last = 0, len(whole) - 1
        asked = self.headers.get("Range", "").removeprefix("bytes=")
        ranged = bool(asked) and fault.get("ranges", True)
        if ranged:
            start, end = asked.split("-")
            first = int(start) if start else max(0, len(whole) - int(end))
            last = min(int(end), last) if start and end else last
            if first > last:
                return self._answer(416, {"Content-Range": f"bytes */{len(whole)}", "Content-Length": "0"})
            headers["Content-Range"] = fault.get("span", f"bytes {first}-{last}/{len(whole)}")
        body = whole[first:last + 1]
        if not fault.get("no_length"):
            headers["Content-Length"] = str(len(body))
        self._answer(206 if ranged else 200, headers)
        self._send(body[:fault.get("cut", fault.get("stall", len(body)))])
        if "stall" in fault:
            server.stalled.set()
            server.stopped.wait(60)

    def _answer(self, status, headers):
        with self.server.lock:
            self.server.requests.append(f"{self.command} {self.path}")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, body):
        for start in range(0, len(body), 16384):
            piece = body[start:start + 16384]
            self.wfile.write(piece)
            with self.server.lock:
                self.server.sent += len(piece)

    def log_message(self, *args):
        """Say nothing."""


@contextmanager
def running():
    """Yield a server that listens on a port of the system's choice."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
