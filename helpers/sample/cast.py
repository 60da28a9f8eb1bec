"""The invented cast of the sample: names, places, habits and small talk."""

FIRST_NAMES = (
    "Alan Amy Andrew Anita Barry Beth Brian Carla Carol Charles Chris Claire Craig Dana Dean "
    "Debra Dennis Diane Doug Edith Elaine Eric Eugene Fiona Frank Gail Gary Gordon Grace Greg "
    "Hank Heidi Holly Howard Hugh Ian Irene Jack Janet Jeff Joan Joel Judith Karen Keith Kurt "
    "Laura Leo Linda Lloyd Lois Marcus Marian Mark Martha Mike Miriam Nadia Neil Nina Norman "
    "Olga Owen Pam Paul Penny Phil Rachel Ralph Rita Robin Ron Rosa Ruth Sam Sandra Scott "
    "Sheila Simon Stan Stella Steve Sue Ted Tina Todd Ursula Vera Victor Walt Wendy Yuri Zoe"
).split()

LAST_NAMES = (
    "Abernath Aldersley Arnholt Ashgrove Bellweather Birchall Blackmoor Brandvold Brightwell "
    "Burrowes Calloworth Cardwelle Castlebeck Cobbleford Cranmoor Dallowby Darnfield Dellacroce "
    "Drummel Eastmoor Elderkin Fairbrass Farrowgate Fenwicke Fieldhausen Garlandson Gatesby "
    "Glenholm Greywater Grindlay Hallorann Harkwood Hartsell Hawkridge Hillenbrand Holtzman "
    "Ingersholt Jarrowby Keldermans Kestrel Kirkendahl Lambrecht Larkspur Linderholm Lockridge "
    "Longacre Marchbank Merriwether Millhaven Moorcroft Nettleship Northcutt Oakenfeld "
    "Ollenberg Overstreet Pemberley Pickersgill Plumtree Quarrington Radcliffson Ravenhurst "
    "Redfern Rosenquist Rowntree Sallowfield Sandoval Shackelby Silverthorne Stavros "
    "Stonebridge Strandberg Tallmadge Thistlewood Thornquist Trelawney Underhill Vanderzee "
    "Venables Wainscott Walderman Weatherby Westerlund Whitlock Winterbourne Wolvercote "
    "Yarborough Zimbalist"
).split()

# an organization and its domain; every domain ends in the reserved .example
ORGANIZATIONS = (
    ("Northfield State University", "northfield-state.example"),
    ("Lakeside Institute of Technology", "lakeside-tech.example"),
    ("University of Harrow Plains, Computer Center", "harrowplains.example"),
    ("Redwood Valley College", "redwoodvalley.example"),
    ("Cedar Ridge Research Labs", "cedar-ridge.example"),
    ("Bayview Public Access Unix", "bayview-unix.example"),
    ("Tri-County Medical School", "tricounty-med.example"),
    ("Meridian Instruments, Inc.", "meridian-inst.example"),
    ("Department of Physics, Saltmarsh University", "phys.saltmarsh.example"),
    ("Dept. of Computer Science, Saltmarsh University", "cs.saltmarsh.example"),
    ("Copperhill Software", "copperhill.example"),
    ("Great Bend Observatory", "greatbend-obs.example"),
    ("Polytechnic of Westmere", "westmere.example"),
    ("Oldbridge University, College of Engineering", "eng.oldbridge.example"),
    ("Halcyon Data Systems", "halcyon-data.example"),
    ("Riverton Telephone Laboratories", "riverton-labs.example"),
    ("Prairie Community Network", "prairienet.example"),
    ("St. Brendan's College", "stbrendan.example"),
    ("Sunderby Aerospace, Mission Support", "sunderby-aero.example"),
    ("Kettle Creek Consulting", "kettlecreek.example"),
    ("University of Southmoor, School of Law", "law.southmoor.example"),
    ("Hilltop Divinity School", "hilltop-div.example"),
    ("Amber Lake Workstations", "amberlake.example"),
    ("Midland Motor Works", "midland-motor.example"),
    ("The Night Owl BBS", "nightowl-bbs.example"),
    ("Foothills Supercomputing Center", "foothills-sc.example"),
    ("Crossway Semiconductor", "crossway-semi.example"),
    ("National Laboratory at Pine Mesa", "pinemesa.example"),
)

MACHINES = (
    "acorn aspen badger birch bumble cobalt comet condor cricket delta eagle ember falcon fern "
    "galileo garnet hermes heron iris juniper kepler lark linus maple mercury mozart newton "
    "nova onyx orca otter pluto quartz raven saturn sparky thistle titan tulip vega violet "
    "walrus willow zephyr"
).split()

MOTTOES = (
    "I speak for nobody, least of all my employer.",
    "Measure twice, post once.",
    "It worked yesterday.",
    "Opinions are mine; typos belong to the keyboard.",
    "Never argue before coffee.",
    "The manual is always the second place to look.",
    "Still waiting for the weekend.",
    "Everything is obvious once you know it.",
    "My other terminal is a cat.",
    "Ask me again in the spring.",
    "A good question outlives three answers.",
    "No, the department does not agree with me.",
    "If it rattles, tighten it.",
    "Somewhere there is a backup of this.",
    "Half of this is right; guess which half.",
    "Deadlines are nearer than they appear.",
    "Written on a borrowed account.",
    "Please recycle these electrons.",
    "Not responsible for advice followed.",
    "Two cents, adjusted for inflation.",
)

GREETINGS = (
    "Hi all,", "Hello everybody,", "Hello,", "Greetings.", "Folks,", "A quick one:",
    "First post here, so be kind.",
    "Sorry if this was asked before.", "I am new to this group, but here goes.", "Evening, all.",
)

CLOSINGS = (
    "Thanks in advance.", "Thanks for any help.", "Please reply by mail, I will summarize.",
    "Comments?",
    "Any takers?", "Just my opinion.", "Flames to the bit bucket, please.", "Cheers,",
    "I could be wrong.",
    "Does anybody know more?", "Take care.", "Your mileage may vary.", "That is all I know.",
    "More when I hear more.",
)

SHORT_ANSWERS = (
    "Seconded. I was going to write the same thing, only longer and with less patience.",
    "Same here, and I would love to hear the answer too if one ever arrives.",
    "Could you post where you read that? I have looked all week and found nothing.",
    "Well said. Somebody should save this one and post it again every month.",
    "I asked exactly this in the winter and got eleven replies that all disagreed.",
    "No. I wish it were so, but no. Sorry to be the one who says it.",
    "Mail to you bounced twice, so I am posting. Yes, I am interested, please call.",
    "This again? I thought we had settled it the last time around.",
)

# quoted by somebody who answers a post that has gone from the server
LOST_QUOTES = (
    "I do not believe a word of it and neither should you, whatever they say on the other list.",
    "Has anybody tried this at home, and if so, what did it cost you in the end?",
    "My brother did it his way and it never gave him any trouble at all, so there.",
    "The short answer is yes. The long answer takes an evening and a pot of tea.",
    "Please let us not go through all of this one more time before the summer.",
    "I have it on good authority that it will all be different next year anyway.",
)

ACCENTED = (
    "(A friend in Düsseldorf tells the same story, so it is not only here.)",
    "It was 31°C in the room at the time, which may or may not matter.",
    "They wanted £45 for it over there, and would not hear of less.",
    "We settled the rest over coffee at the little café behind the station.",
    "The señor at the counter was very polite about it, I must say.",
    "See the note by my colleague Åsa, which puts it better than I can.",
)

NEWSREADERS = ("rn 1.0", "nn 6.4", "Tin 1.1", "vnews 1.4", "trn 2.2", "newsy 0.9")

SUMMARIES = (
    "see below", "a question", "long, sorry", "opinions wanted", "what worked for me",
    "short answer inside",
)

# subject, the writer's few words, and the name of the uuencoded file
ENCODED_FILES = (
    ("DUSK.BMP, a wallpaper, uuencoded",
     "Here is the wallpaper that I mentioned last week. Save this message, delete everything "
     "above the begin line, and run uudecode on the rest. Then tick Tile in the Desktop dialog.",
     "dusk.bmp"),
    ("Lantern icon for Program Manager (uuencoded)",
     "Two people asked for the lantern icon by mail, so here it is. It came out right when I "
     "decoded it myself. If yours does not, check that your newsreader kept every line whole.",
     "lantern.ico"),
)
