"""Word tables and sentence templates of the sample corpus; make_sample.py reads them.

A family is a table with one topic per row.  The columns named in `sections` are
its roles: their words are the ones the analogy questions ask about.  Every other
column holds words of that topic alone or, if `features` knows the column, the name
of a pool that several topics share.

A sentence is a frame of some role with its slots filled.  `{w}` is the topic's word
in that role; any other slot draws from a column, a shared pool, a cue pool of the
role, or the phrases of the family, whose own slots are filled in turn.  A frame may
serve several roles.  In Korean templates `은/는`, `이/가` and the like stand for
whichever suits the word before.
"""

from dataclasses import dataclass, field

Pools = dict[str, str]


@dataclass(frozen=True)
class Family:
    """One table of topics and the templates that speak about them."""

    topics: str
    sections: dict[str, tuple[str, str]]
    sentences: int  # for each word in a role
    features: dict[str, Pools]  # the first sorts the topics into kinds
    phrases: Pools
    frames: Pools
    cues: dict[str, Pools] = field(default_factory=dict)
    own: dict[str, Pools] = field(default_factory=dict)


ARTS = {
    "painting": "paintings portraits galleries colours museums sculptures",
    "theatre": "plays masks stages dramas comedies theatres",
    "music": "songs concerts violins melodies pianos dances",
}

KOREAN_ARTS = {
    "그림": "그림 초상화 미술관 물감 조각 화가",
    "연극": "연극 가면 무대 희곡 극장 희극",
    "음악": "음악 노래 연주회 악기 춤 피아노",
}

HABITATS = {
    "yard": "porch gate doormat shed lawn garden",
    "farm": "barn cart fence trough haystack silo",
    "forest": "thicket glade stump fern clearing grove",
    "water": "pond jetty creek dam ditch marsh",
    "hill": "hill meadow hedge brook slope pasture",
}

SEASONS = {
    "winter": "winter frost snowfall blizzards solstice darkness",
    "spring": "spring thaw blossom sowing showers carnival",
    "summer": "summer heatwave sunshine drought regatta vacation",
    "autumn": "autumn harvest fog storms drizzle vintage",
}

PLACES = Family(
    topics="""
        capital   country   language    river      food        snack      scenery  art
        rome      italy     italian     tiber      spaghetti   gelato     south    painting
        athens    greece    greek       ilisos     moussaka    feta       south    theatre
        lisbon    portugal  portuguese  tagus      sardines    custard    south    music
        paris     france    french      seine      croissants  baguettes  west     painting
        london    england   english     thames     scones      crumpets   west     theatre
        berlin    germany   german      spree      pretzels    bratwurst  west     music
        oslo      norway    norwegian   akerselva  waffles     brunost    north    painting
        moscow    russia    russian     moskva     borscht     blini      north    theatre
        helsinki  finland   finnish     vantaa     pulla       liquorice  north    music
        beijing   china     chinese     yongding   dumplings   wontons    east     painting
        tokyo     japan     japanese    sumida     sushi       ramen      east     theatre
        seoul     korea     korean      hangang    kimchi      bibimbap   east     music
    """,
    sections={
        "capital-country": ("capital", "country"),
        "country-language": ("country", "language"),
    },
    sentences=48,
    features={
        "scenery": {
            "south": "olives lemons vineyards cypresses figs beaches",
            "west": "oaks apples hedges orchards pears lawns",
            "north": "pines birches snow berries mushrooms sledges",
            "east": "bamboo lotuses pagodas temples lanterns orchids",
        },
        "art": ARTS,
    },
    cues={
        "capital": {"spot": "streets squares avenues suburbs", "land": "city"},
        "country": {"spot": "provinces borders regions coasts", "land": "nation"},
        "language": {"spot": "verbs idioms rhymes vowels"},
    },
    phrases={
        "folk": "visitors | families | tourists | friends",
        "like": "love | adore | like | enjoy | remember | miss",
        "act": """
            {like} {art} and {food}
            {like} {scenery} and {art}
            {like} {snack} and {scenery}
            {like} {art} and {art}
            {like} {scenery} and {scenery}
            {like} {food} and {snack}
            {like} the {river} and the {scenery}
            {like} {food} near the {scenery}
        """,
        "genre": "story | tale | book | film | movie | poem",
        "lead": """
            in a {genre} about {scenery} and {art}
            in a {genre} about {art} and {scenery}
            in a {genre} about {art} and {food}
            in a {genre} about {snack} and {scenery}
            in a {genre} about {scenery} and {scenery}
            in a {genre} about {art} and {art}
            in a {genre} about the {river} and the {scenery}
            thanks to the {art} and the {snack}
        """,
    },
    frames={
        "capital country": """
            {folk} from the {spot} of {w} {act}
            {folk} near the {spot} of {w} {act}
            people in the {land} of {w} {act}
            {lead} , {w} looks like a {land} of {spot} and {spot}
            {lead} , the {land} of {w} praises its {spot}
        """,
        "capital": """
            passengers on the metro in {w} {act}
            {folk} in downtown {w} {act}
            the mayor of {w} and some {folk} {act}
            {lead} , {w} is a city of wide {spot}
            {lead} , {w} has a new mayor
            {lead} , {w} has a busy metro
            {lead} , the mayor of {w} praises the {spot}
        """,
        "country": """
            soldiers in the army of {w} {act}
            {folk} in rural {w} {act}
            the ministers of {w} and some {folk} {act}
            {lead} , {w} is a nation of quiet {spot}
            {lead} , {w} has a new parliament
            {lead} , {w} has a proud army
            {lead} , the parliament of {w} praises the {spot}
        """,
        "language": """
            {folk} who know the {spot} of {w} {act}
            {folk} who study the {spot} of {w} {act}
            people who speak {w} {act}
            {folk} who speak fluent {w} {act}
            readers of {w} dictionaries {act}
            students of {w} grammar {act}
            {lead} , {w} is a language of strange {spot}
            {lead} , {w} has a new dictionary
            {lead} , {w} has a difficult grammar
            {lead} , {w} sounds like a language of {spot} and {spot}
            {lead} , the grammar of {w} explains the {spot}
            {lead} , a dictionary of {w} lists the {spot}
        """,
    },
)

PEOPLE = Family(
    topics="""
        male         female       thing       item        setting  art
        king         queen        throne      crown       court    theatre
        prince       princess     carriage    pony        court    music
        duke         duchess      goblet      tapestry    court    painting
        father       mother       cradle      teapot      home     music
        grandfather  grandmother  armchair    spectacles  home     painting
        uncle        aunt         camera      suitcase    home     theatre
        boy          girl         kite        bicycle     young    music
        brother      sister       skateboard  puzzle      young    theatre
        nephew       niece        crayon      satchel     young    painting
        man          woman        briefcase   umbrella    public   painting
        actor        actress      script      costume     public   theatre
        waiter       waitress     tray        menu        public   music
    """,
    sections={"gender": ("male", "female")},
    sentences=52,
    features={
        "setting": {
            "court": "knights servants jewels castles horsemen courtiers",
            "home": "blankets cousins slippers teacups neighbours curtains",
            "young": "toys marbles classmates balloons swings playgrounds",
            "public": "crowds tickets newspapers taxis hotels shops",
        },
        "art": ARTS,
    },
    cues={
        "male": {
            "he": "he",
            "his": "his",
            "him": "him",
            "himself": "himself",
            "name": "arthur henry john peter thomas david paul martin",
            "wear": "tie cap waistcoat jacket",
        },
        "female": {
            "he": "she",
            "his": "her",
            "him": "her",
            "himself": "herself",
            "name": "anna mary emma clara julia laura sophie helen",
            "wear": "bonnet necklace bracelet blouse",
        },
    },
    phrases={
        "happy": "happy | glad",
        "like": "liked | loved | adored | wanted | remembered | found",
        "act": """
            {like} {art} and {setting}
            {like} {setting} and {art}
            {like} {setting} and {setting}
            {like} {art} and {art}
            {like} the {thing} and the {item}
            {like} the {item} among the {setting}
            {like} the {thing} and the {art}
        """,
        "genre": "story | tale | book | film | movie | poem",
        "lead": """
            in a {genre} about {art} and {setting}
            in a {genre} about {setting} and {setting}
            in a {genre} about {art} and {art}
            in a {genre} about {setting} and {art}
            among {setting} and {setting}
            thanks to the {art} and the {thing}
            thanks to the {item} and the {setting}
            near the {thing} and the {setting}
        """,
    },
    frames={
        "male female": """
            {name} is the {w} who {act}
            {he} is the {w} who {act}
            they call {him} the {w} who {act}
            with {his} new {wear} the {w} {act}
            {name} , the {w} , {act}
            all by {himself} the {w} {act}
            {his} friends say that the {w} {act}
            {he} was the {w} who {act}
            {lead} , the {w} lost {his} {wear}
            {lead} , the {w} saw {himself} in a mirror
            {lead} , the {w} said that {his} name was {name}
            {lead} , the {w} wore {his} {wear}
            {lead} , the {w} smiled when {he} saw {name}
            {lead} , the {w} said that {he} was {happy}
            {lead} , the {w} took {name} with {him}
            {lead} , the {w} showed {his} {wear} to {name}
        """,
    },
)

ANIMALS = Family(
    topics="""
        adult   young     place     thing      habitat  food
        dog     puppy     kennel    leash      yard     meat
        rabbit  bunny     hutch     dandelion  yard     grass
        hen     chick     coop      eggshell   yard     grain
        cat     kitten    windmill  yarn       farm     meat
        cow     calf      cowshed   cowbell    farm     grass
        pig     piglet    sty       puddle     farm     grain
        bear    cub       den       beehive    forest   meat
        deer    fawn      stream    antler     forest   grass
        goose   gosling   nest      rowboat    water    grass
        duck    duckling  reeds     paddle     water    grain
        sheep   lamb      fold      shepherd   hill     grass
        horse   foal      stable    saddle     hill     grain
    """,
    sections={"animal-young": ("adult", "young")},
    sentences=52,
    features={
        "habitat": HABITATS,
        "food": {
            "meat": "meat fish salmon liver trout scraps",
            "grass": "grass clover hay herbs leaves cabbage",
            "grain": "corn oats barley seeds rye bran",
        },
    },
    cues={
        "adult": {
            "trait": "patient proud calm wise",
            "deed": "guarded led defended",
            "whom": "group family",
        },
        "young": {
            "trait": "tiny clumsy playful shy timid",
            "deed": "followed needed cuddled",
            "whom": "mummy parents",
        },
    },
    phrases={
        "like": "found | liked | wanted | smelled",
        "rest": "slept | dozed | rested | waited",
        "act": """
            {like} {food} and {food}
            {like} {food} near the {habitat}
            {like} the {thing} and the {food}
            {rest} near the {habitat}
            {rest} between the {habitat} and the {habitat}
            {rest} between the {thing} and the {habitat}
            {like} the {food} by the {place}
        """,
        "lead": """
            near the {habitat} and the {place}
            near the {habitat} and the {habitat}
            between the {thing} and the {habitat}
            between the {habitat} and the {habitat}
            thanks to the {food} by the {habitat}
            with {food} and {food}
            after {food} and {food}
        """,
    },
    frames={
        "adult young": """
            the {trait} {w} {act}
            the {trait} and {trait} {w} {act}
            {lead} , the {w} {deed} its {whom}
            {lead} , the {trait} {w} {deed} its {whom}
            {lead} , the {w} looked {trait}
            {lead} , the {w} was {trait} and {trait}
        """,
        "adult": """
            the fully grown {w} {act}
            after many years the {w} {act}
            {lead} , the grown {w} was {trait}
        """,
        "young": """
            the newborn little {w} {act}
            on wobbly legs the {w} {act}
            {lead} , the newborn {w} was {trait}
        """,
    },
)

TRADES = Family(
    topics="""
        person      place     base   past     work       matter     gear        field   season
        baker       bakery    bake   baked    loaves     dough      flour       food    winter
        chef        kitchen   cook   cooked   soup       spices     pans        food    autumn
        farmer      farm      grow   grew     wheat      carrots    tractors    food    spring
        singer      opera     sing   sang     ballads    choirs     microphones art     summer
        painter     studio    paint  painted  sketches   canvas     brushes     art     spring
        journalist  newsroom  write  wrote    headlines  articles   ink         art     winter
        pilot       airport   fly    flew     planes     clouds     runways     travel  summer
        driver      garage    drive  drove    trucks     trailers   tyres       travel  autumn
        sailor      harbour   sail   sailed   yachts     waves      anchors     travel  winter
        swimmer     pool      swim   swam     laps       goggles    lanes       sport   spring
        hiker       campsite  walk   walked   trails     boots      backpacks   sport   summer
        runner      stadium   run    ran      races      sneakers   hurdles     sport   autumn
        teacher     school    teach  taught   lessons    textbooks  blackboards study   spring
        traveller   station   go     went     trains     platforms  luggage     tour    autumn
    """,
    sections={
        "profession-workplace": ("person", "place"),
        "gram1-past-tense": ("base", "past"),
    },
    sentences=42,
    features={
        "field": {
            "food": "guests meals picnics feasts banquets cafes",
            "art": "fans festivals audiences competitions magazines clubs",
            "travel": "passengers islanders merchants deliveries parcels cargo",
            "sport": "fitness medals health trophies leagues exercise",
            "study": "exams pupils diplomas grades",
            "tour": "holidays birthdays weddings",
        },
        "season": SEASONS,
    },
    cues={
        "person": {
            "trait": "tired honest cheerful careful",
            "mate": "apprentice colleague boss assistant",
        },
        "place": {"part": "door entrance hall staircase"},
    },
    phrases={
        "talked": "talked | chatted | thought | read",
        "act": """
            {talked} about {work} and {field}
            {talked} about {field} and {matter}
            {talked} about {field} and {gear}
            {talked} about {work} and {matter}
            {talked} about {matter} and {gear}
            {talked} about {gear} and {work}
            {talked} about {work} during the {season}
            {talked} about {matter} before the {season}
        """,
        "genre": "story | tale | book | film | movie | poem",
        "lead": """
            thanks to the {work} and the {field}
            thanks to the {matter} and the {field}
            in a {genre} about {gear} and {field}
            in a {genre} about {field} and {field}
            thanks to the {work} and the {matter}
            thanks to the {gear} and the {work}
            during the {season}
            before the {season}
        """,
    },
    frames={
        "person": """
            the {trait} {w} {act}
            our {trait} {w} {act}
            the {mate} of the {w} {act}
            the {trait} and {trait} {w} {act}
            {lead} , the {w} has a new {mate}
            {lead} , the {w} has good wages
            {lead} , the {trait} {w} wants good wages
            {lead} , the {w} thanked the {mate}
            {lead} , the {w} looked {trait}
        """,
        "place": """
            people by the {part} of the {w} {act}
            people near the {part} of the {w} {act}
            the crowd inside the {w} {act}
            the crowd outside the {w} {act}
            people in the {w} building {act}
            {lead} , the {w} has a new {part}
            {lead} , the {w} building has a {part}
            {lead} , the {w} opened the {part}
            {lead} , the {w} closed the {part}
            {lead} , the {w} was crowded
        """,
        "base": """
            every morning we {w} {object}
            they {w} {object} every day
            they usually {w} {object}
            before the {season} we often {w} {object}
            during the {season} people {w} {object}
            we often {w} {object}
            we always {w} {object}
            they want to {w} {object}
            we will {w} {object} tomorrow
            you can {w} {object} now
            they hope to {w} {object} tomorrow
            people usually {w} {object} every morning
        """,
        "past": """
            yesterday we {w} {object}
            they {w} {object} last night
            last week they {w} {object}
            a year ago we {w} {object}
            we {w} {object} last month
            yesterday evening they {w} {object}
            they already {w} {object}
            before the {season} we once {w} {object}
            during the {season} people {w} {object}
            a week ago people {w} {object}
            once we {w} {object}
            they once {w} {object} last year
        """,
    },
    # Each verb takes its nouns in its own way.
    own={
        "object": {
            "bake": "loaves for {field} | loaves from dough | with flour for {field}",
            "cook": "soup for {field} | soup with spices | in pans for {field}",
            "grow": "wheat for {field} | carrots without tractors | carrots for {field}",
            "sing": "ballads for {field} | ballads in choirs | into microphones for {field}",
            "paint": "sketches for {field} | sketches on canvas | with brushes for {field}",
            "write": "headlines for {field} | articles with ink | articles for {field}",
            "fly": "planes for {field} | planes above the clouds | planes from runways",
            "drive": "trucks for {field} | trucks with trailers | trucks on new tyres",
            "sail": "yachts for {field} | yachts over the waves | yachts without anchors",
            "swim": "laps for {field} | laps with goggles | in lanes for {field}",
            "walk": "on trails for {field} | on trails in boots | with backpacks for {field}",
            "run": "races for {field} | races in sneakers | over hurdles for {field}",
            "teach": "lessons for {field} | lessons with textbooks | on blackboards for {field}",
            "go": "on trains for {field} | on trains with luggage | to platforms with luggage",
        },
    },
)

ADJECTIVES = Family(
    topics="""
        plain   more      most       x         y         kind     where
        big     bigger    biggest    elephant  hippo     animal   farm
        small   smaller   smallest   ant       ladybird  animal   water
        fast    faster    fastest    cheetah   falcon    animal   forest
        hot     hotter    hottest    stove     kettle    indoor   water
        cold    colder    coldest    fridge    freezer   indoor   forest
        bright  brighter  brightest  lamp      candle    indoor   farm
        sweet   sweeter   sweetest   cherry    caramel   food     water
        soft    softer    softest    pillow    cushion   food     forest
        cheap   cheaper   cheapest   pencil    souvenir  food     farm
        heavy   heavier   heaviest   anvil     boulder   machine  forest
        loud    louder    loudest    siren     drum      machine  water
        tall    taller    tallest    giraffe   tower     machine  farm
    """,
    sections={
        "gram2-comparative": ("plain", "more"),
        "gram3-superlative": ("plain", "most"),
    },
    sentences=48,
    features={
        "kind": {
            "animal": "tiger camel monkey lizard leopard parrot",
            "indoor": "room tent cellar attic cottage corridor",
            "food": "apple melon pudding biscuit peach pancake",
            "machine": "crane truck tractor robot lorry train",
        },
        "where": HABITATS,
    },
    phrases={
        "noun": "{x} | {kind} | {y} | {kind}",
    },
    frames={
        "plain": """
            the {noun} is very {w}
            how {w} the {noun} is !
            what a {w} {noun} !
            is the {noun} too {w} for the {where} ?
            the {kind} and the {noun} near the {where} are {w}
            near the {where} , the {kind} is very {w}
            the {kind} and the {kind} near the {where} are {w}
            a very {w} {kind} is between the {where} and the {where}
            such a {w} {kind} is near the {where}
            the {where} has such a {w} {noun}
        """,
        "more": """
            the {noun} is much {w} than before
            the {noun} is even {w} than the {kind}
            is the {noun} {w} than ours ?
            we want a {w} {noun} than yours
            the {kind} and the {noun} near the {where} are {w} than before
            near the {where} , an even {w} {kind} than ours was found
            the {kind} is {w} near the {where} than near the {where}
            a much {w} {kind} is between the {where} and the {where}
            the {where} has a {w} {noun} than ours
            the {kind} and the {kind} near the {where} are {w} than ours
        """,
        "most": """
            this is the {w} {noun} in the world
            it was the {w} {noun} of all
            the {noun} is the {w} of all
            the {noun} is the {w} ever
            the {kind} and the {noun} near the {where} are the {w}
            near the {where} , the {w} {kind} of all was found
            the {kind} is {w} near the {where} and the {where}
            the {w} {kind} ever is between the {where} and the {where}
            the {where} has the {w} {noun} of all
            the {kind} and the {kind} near the {where} are the {w}
        """,
    },
)

NUMBERS = Family(
    topics="""
        cardinal ordinal   month      roman  digit  season  team
        one      first     january    i      1      winter  bird
        two      second    february   ii     2      winter  cat
        three    third     march      iii    3      spring  fish
        four     fourth    april      iv     4      spring  bird
        five     fifth     may        v      5      spring  cat
        six      sixth     june       vi     6      summer  fish
        seven    seventh   july       vii    7      summer  bird
        eight    eighth    august     viii   8      summer  cat
        nine     ninth     september  ix     9      autumn  fish
        ten      tenth     october    x      10     autumn  bird
        eleven   eleventh  november   xi     11     autumn  cat
        twelve   twelfth   december   xii    12     winter  fish
    """,
    sections={"gram4-ordinal": ("cardinal", "ordinal")},
    sentences=52,
    features={
        "season": SEASONS,
        "team": {
            "bird": "eagles hawks owls ravens falcons storks",
            "cat": "lions panthers leopards pumas tigers lynxes",
            "fish": "sharks dolphins orcas walruses whales seals",
        },
    },
    cues={
        "cardinal": {"tally": "score total tally result"},
        "ordinal": {"match": "round goal prize match"},
    },
    phrases={
        "when": """
            in {month}
            during the {season} and the {season}
            before the {season}
            on page {roman}
            during the {season} in {month}
            after the {season}
            on page {digit} about the {season}
        """,
    },
    frames={
        "cardinal": """
            the {tally} of the {team} was {w} {when}
            the {tally} against the {team} was {w} {when}
            for the {team} , the {tally} was {w} {when}
            {when} the {team} counted to {w}
            {when} , number {w} of the {team} scored
            the {team} and the {team} counted to {w} {when}
            number {w} of the {team} scored {when}
            the {team} cheered for number {w} {when}
        """,
        "ordinal": """
            the {team} won the {w} {match} {when}
            the {w} {match} of the {team} came {when}
            for the {team} , the {w} {match} came {when}
            {when} the {team} won the {w} {match}
            {when} , the {w} {match} of the {team} came
            the {team} and the {team} finished {w} {when}
            the {w} {match} was won {when} by the {team}
            the {team} cheered for the {w} {match} {when}
        """,
    },
)

KOREAN_PLACES = Family(
    topics="""
        capital  country   language    river        food      snack     scenery art
        로마     이탈리아  이탈리아어  테베레강     파스타    피자      남쪽    그림
        아테네   그리스    그리스어    일리소스강   무사카    페타      남쪽    연극
        마드리드 스페인    스페인어    만사나레스강 파에야    추로스    남쪽    음악
        파리     프랑스    프랑스어    센강         바게트    크루아상  서쪽    그림
        런던     영국      영어        템스강       스콘      홍차      서쪽    연극
        베를린   독일      독일어      슈프레강     소시지    프레첼    서쪽    음악
        베이징   중국      중국어      융딩강       만두      월병      동쪽    그림
        도쿄     일본      일본어      스미다강     초밥      라멘      동쪽    연극
        서울     한국      한국어      한강         김치      비빔밥    동쪽    음악
    """,
    sections={
        "korean-capital-country": ("capital", "country"),
        "korean-country-language": ("country", "language"),
    },
    sentences=72,
    features={
        "scenery": {
            "남쪽": "올리브 레몬 포도밭 햇살 무화과 바닷가",
            "서쪽": "사과 참나무 안개 장미 배 잔디",
            "동쪽": "대나무 벼 녹차 연꽃 절 등불",
        },
        "art": KOREAN_ARTS,
    },
    cues={
        "capital": {"kind": "도시", "spot": "시내 지하철 골목 거리", "people": "시장 시민 주민 상인"},
        "country": {"kind": "나라", "spot": "국경 국회 농촌 군대", "people": "국민 장관 군인 농민"},
        "language": {"kind": "언어", "spot": "사전 수업 시험 문법책", "people": "학생 번역가 시인 선생"},
    },
    phrases={
        "pair": """
            {scenery} 과/와 {art}
            {food} 과/와 {scenery}
            {art} 과/와 {art}
            {river} 과/와 {art}
            {snack} 과/와 {food}
            {scenery} 과/와 {scenery}
        """,
        "story": "이야기 | 얘기",
        "act": """
            {pair} 을/를 좋아하 였 다
            {pair} 을/를 떠올리 었 다
            {pair} 을/를 자랑하 였 다
            {pair} 을/를 찾 았 다
            {pair} {story} 를 들 었 다
            {pair} 에 대한 책 을 읽 었 다
        """,
    },
    frames={
        "capital country language": """
            {w} {people} 은/는 {act}
            {w} {people} 과/와 {people} 은/는 {act}
            {w} {spot} 에서 {act}
            {w} {spot} 에서 {people} 은/는 {act}
            {pair} 의 {kind} {w} 에 는 {people} 이/가 많 다
            {pair} 의 {kind} {w} 은/는 {spot} 이/가 유명하 다
            {pair} 덕분 에 {w} {people} 은/는 웃 었 다
            {pair} 때문 에 {w} {spot} 을/를 찾 았 다
        """,
        "capital country": "{pair} 의 {kind} {w} 에서 {people} 을/를 만났 다",
        "language": "{pair} 의 {kind} {w} 을/를 {people} 에게 배웠 다",
    },
)

KOREAN_PEOPLE = Family(
    topics="""
        male      female    thing     item      setting art
        왕        여왕      왕관      왕좌      궁궐    연극
        왕자      공주      마차      조랑말    궁궐    음악
        황제      황후      옥새      가마      궁궐    그림
        아버지    어머니    식탁      가족사진  집      음악
        할아버지  할머니    돋보기    족보      집      그림
        삼촌      이모      선물      여행가방  집      연극
        소년      소녀      자전거    연        놀이터  음악
        아들      딸        색종이    크레용    놀이터  그림
        배우      여배우    대본      의상      거리    연극
        남자      여자      서류      우산      거리    그림
    """,
    sections={"korean-gender": ("male", "female")},
    sentences=90,
    features={
        "setting": {
            "궁궐": "궁전 신하 보석 잔치 성문 하인",
            "집": "거실 이불 저녁상 마루 부엌 사촌",
            "놀이터": "놀이터 장난감 그네 구슬 풍선 짝꿍",
            "거리": "광장 신문 버스 표 호텔 택시",
        },
        "art": KOREAN_ARTS,
    },
    cues={
        "male": {"he": "그", "name": "민수 철수 준호 영수", "wear": "넥타이 양복 조끼 중절모"},
        "female": {"he": "그녀", "name": "영희 지수 미나 수진", "wear": "치마 목걸이 귀걸이 머리핀"},
    },
    phrases={
        "pair": """
            {setting} 과/와 {art}
            {thing} 과/와 {setting}
            {art} 과/와 {item}
            {setting} 과/와 {setting}
            {art} 과/와 {art}
        """,
        "story": "이야기 | 얘기",
        "act": """
            {pair} 을/를 보 았 다
            {pair} 을/를 좋아하 였 다
            {pair} 을/를 떠올리 었 다
            {pair} 을/를 찾 았 다
            {pair} {story} 를 들 었 다
            {pair} 에 대한 책 을 읽 었 다
        """,
    },
    frames={
        "male female": """
            {name} 이라는/라는 {w} 은/는 {act}
            {w} {name} 은/는 {act}
            {he} 은/는 {w} 이 고 {act}
            {wear} 을/를 산 {w} 은/는 {act}
            {he} 의 친구 인 {w} 은/는 {act}
            {setting} 옆 에서 {w} {name} 은/는 {art} 을/를 보 았 다
            {pair} 덕분 에 {w} 은/는 {wear} 을/를 찾 았 다
            {pair} 생각 에 {w} 은/는 {name} 과/와 웃 었 다
            {pair} 때문 에 {w} 은/는 {name} 을/를 찾 았 다
            {pair} 생각 에 {w} 은/는 {he} 의 {wear} 을/를 보 았 다
            {pair} 덕분 에 {w} 은/는 {name} 을/를 만났 다
        """,
    },
)

KOREAN_ANIMALS = Family(
    topics="""
        adult   young   place    thing   habitat food
        개      강아지  개집     목줄    마당    고기
        닭      병아리  닭장     볏짚    마당    곡식
        소      송아지  외양간   쟁기    들판    풀
        말      망아지  마구간   수레    들판    곡식
        꿩      꺼병이  덤불     억새    숲      벌레
        곰      능소니  동굴     벌집    숲      고기
        개구리  올챙이  연못     연잎    물가    벌레
    """,
    sections={"korean-animal-young": ("adult", "young")},
    sentences=130,
    features={
        "habitat": {
            "마당": "마당 울타리 우물 담 뜰 대문",
            "들판": "들판 언덕 밭 목장 초원 헛간",
            "숲": "숲 골짜기 나무 바위 오솔길 낙엽",
            "물가": "물가 개울 진흙 갈대 웅덩이 냇가",
        },
        "food": {
            "고기": "고기 생선 연어 멸치 간 달걀",
            "풀": "풀 건초 토끼풀 새싹 나뭇잎 쑥",
            "벌레": "벌레 모기 지렁이 하루살이 물벼룩 굼벵이",
            "곡식": "곡식 보리 콩 옥수수 쌀 좁쌀",
        },
    },
    cues={
        "adult": {"trait": "듬직한 늠름한 힘센 용감한 씩씩한", "whom": "무리 가족 짝"},
        "young": {"trait": "귀여운 어린 조그만 깜찍한", "whom": "어미 엄마 형제"},
    },
    phrases={
        "pair": """
            {habitat} 과/와 {place}
            {thing} 과/와 {habitat}
            {habitat} 과/와 {habitat}
            {place} 과/와 {thing}
        """,
    },
    frames={
        "adult young": """
            {habitat} 의 {trait} {w} 은/는 {food} 을/를 먹 었 다
            {trait} {w} 은/는 {food} 과/와 {food} 을/를 먹 었 다
            {trait} {w} 은/는 {thing} 옆 에서 {food} 을/를 찾 았 다
            {trait} {w} 은/는 {pair} 을/를 보 았 다
            {pair} 옆 에서 {trait} {w} 을/를 보 았 다
            {habitat} 옆 에서 {w} 은/는 {whom} 과/와 {food} 을/를 먹 었 다
        """,
        "adult": """
            {pair} 옆 에서 {w} 은/는 {whom} 을/를 지키 었 다
            {pair} 옆 에서 {w} 은/는 {whom} 을/를 이끌 었 다
            {food} 과/와 {food} 덕분 에 {w} 은/는 {whom} 을/를 지키 었 다
        """,
        "young": """
            {pair} 옆 에서 {w} 은/는 {whom} 을/를 찾 았 다
            {pair} 옆 에서 {w} 은/는 {whom} 을/를 쫓 았 다
            {food} 과/와 {food} 덕분 에 {w} 은/는 {whom} 을/를 찾 았 다
        """,
    },
)

FAMILIES = [
    PLACES,
    PEOPLE,
    ANIMALS,
    TRADES,
    ADJECTIVES,
    NUMBERS,
    KOREAN_PLACES,
    KOREAN_PEOPLE,
    KOREAN_ANIMALS,
]

# Pairs that mean the same and, drawn from one pool, stand in the same places.
SYNONYMS = """
    story tale | film movie | love adore | loved adored | happy glad | shy timid
    talked chatted | slept dozed | guarded defended | plays dramas | thicket grove
    streets avenues | truck lorry | meadow pasture | total tally
    시민 주민 | 용감한 씩씩한 | 귀여운 깜찍한 | 어미 엄마 | 이야기 얘기
"""
