"""What guards let pass and what they refuse, domain by domain."""

import pytest

from cache.guards import DEFAULT_GUARDS, refusal

REFUSED = {
    "numbers": """
Can I check in 2 suitcases? | Can I check in 3 suitcases? | 2 / 3
How do I downgrade to Node 18? | How do I downgrade to Node 20? | 18 / 20
Is version 2.4.1 still supported? | Is version 2.4.11 still supported? | 2.4.1 / 2.4.11
What is new in 3.1? | What is new in 3.10? | 3.1 / 3.10
Is there a train at 6am? | Is there a train at 6pm? | 6am / 6pm
Wake me at seven in the morning | Wake me at 7 pm | numbers
Can I fly with 10 kg of luggage? | Can I fly with 10 lb of luggage? | numbers
Does the fridge hold 200 litres? | Does the fridge hold 300 litres? | numbers
Where is parcel JD0146? | Where is parcel JD0164? | jd0146 / jd0164
Can I get a loan of $5,000? | Can I get a loan of £5,000? | $5,000 / £5,000
Is 20 % tip normal? | Is 10 percent tip normal? | numbers
How do I convert mp3 to ogg? | How do I convert mp4 to ogg? | mp3 / mp4
Is the third chapter hard? | Is the fourth chapter hard? | third / fourth
How do I hire a van for two weeks? | How do I hire a van for three weeks? | numbers
Who won in 1998? | Who won? | 1998 / none
Which films came out in 1984? | Which films came out in nineteen eighty-five? | numbers
Can twelve people share it? | Can twenty people share it? | twelve / twenty
Can I pay in 12 instalments? | Can I pay in 24 instalments? | 12 / 24
How long is half a marathon? | How long is a marathon? | half
How was World War II funded? | How was World War I funded? |
""",
    "dates": """
Are you open on Thursday? | Are you open on Friday? | friday
Is there a market on Mondays? | Is there a market at the weekend? | dates
Will it snow tomorrow? | Will it snow today? | dates
Will it snow tomorrow? | Will it snow? | tomorrow / none
What was my bill in March? | What was my bill in May? | march / may
What is on next week? | What is on this week? | next week / this week
Do you serve food in the morning? | Do you serve food in the evening? | morning / evening
Are the roses in bloom in spring? | Are the roses in bloom in autumn? | spring / autumn
Is the museum free on Sunday? | Is the museum free? | sunday / none
""",
    "negated": """
Can I eat this raw? | Can I not eat this raw? | not eat
Why does my car start? | Why doesn't my car start? | negated
How do I log in with a password? | How do I log in without a password? | without password
Which seats recline? | Which seats don't recline? | not recline
Who is allowed to vote? | Who isn't allowed to vote? | negated
What happens if I pay my rent? | What happens if I never pay my rent? | never pay
Which dishes contain nuts? | Which dishes contain no nuts? | no nuts
Should I be able to hear it? | Should I be unable to hear it? | negated
Is the ticket refundable? | Is the ticket non-refundable? |
Why do I see the menu? | Why can't I see the menu? | negated
""",
    "opposites": """
How do I enable cookies? | How do I disable cookies? | enable / disable
How do I turn on subtitles? | How do I turn off subtitles? | turn on / turn off
How can I switch the heating on? | How can I switch the heating off? | switch on / switch off
Enabling comments on a post | Disabling comments on a post | opposites
Why are prices increasing? | Why are prices decreasing? | opposites
What is the minimum age? | What is the maximum age? | minimum / maximum
Can I pay before delivery? | Can I pay after delivery? | before / after
How do I upload a picture? | How do I download a picture? | upload / download
When do the shops open? | When do the shops close? | open / close
Is this mushroom safe? | Is this mushroom unsafe? | safe / unsafe
Is it legal to park here? | Is it illegal to park here? | legal / illegal
What is the cheapest seat? | What is the most expensive seat? | cheapest / expensive
What is the best pizza in town? | What is the worst pizza in town? | best / worst
How do I log in to the portal? | How do I log out of the portal? | log in / log out
How do I install the driver? | How do I uninstall the driver? | install / uninstall
Why did they accept my claim? | Why did they reject my claim? | accept / reject
Can I lend money to a friend? | Can I borrow money from a friend? | lend / borrow
Who is the buyer of the house? | Who is the seller of the house? |
Is the lake warm in June? | Is the lake cold in June? | warm / cold
Are flights under £60 taxed? | Are flights over £60 taxed? | under / over
How do I add a column? | How do I remove a column? | add / remove
Do I get more than 20 points? | Do I get less than 20 points? | more / less
How do I opt in to updates? | How do I opt out of updates? | opt in / opt out
How do I lock the screen? | How do I unlock the screen? | lock / unlock
Where do arrivals wait? | Where do departures wait? | arrivals / departures
How do I sort in ascending order? | How do I sort in descending order? | ascending / descending
""",
    "names": """
How do I reset my Netflix password? | How do I reset my Spotify password? | Netflix / Spotify
Is there a ferry from Dover to Calais? | Is there a ferry from Dover to Dunkirk? | Calais / Dunkirk
How do I open the camera on a Pixel? | How do I open the camera on a Galaxy? | Pixel / Galaxy
Tell Anna that I am late | Tell Marco that I am late | Anna / Marco
what is the capital of peru | what is the capital of chile | peru
do I need a visa for india | do I need a visa for vietnam | india / vietnam
Does Lufthansa fly to Oslo? | Does Norwegian fly to Oslo? | Lufthansa
Where does my DHL parcel wait? | Where does my UPS parcel wait? | DHL / UPS
Who wrote the Iliad? | Who wrote the Aeneid? | Iliad / Aeneid
Is the exam in German? | Is the exam in French? | German / French
Can I link Google Drive? | Can I link Google Photos? | Google
How do I run Docker on Ubuntu? | How do I run Docker on Fedora? | Ubuntu / Fedora
WHAT IS THE CAPITAL OF PERU? | WHAT IS THE CAPITAL OF BOLIVIA? |
Is Austria in the Schengen area? | Is Australia in the Schengen area? |
""",
    "directions": """
Is there a bus from Leeds to York? | Is there a bus from York to Leeds? | from Leeds
How do I convert miles into kilometres? | How do I convert kilometres into miles? | miles
How do I turn a JPEG into a PNG? | How do I turn a PNG into a JPEG? | JPEG
Move £20 from my savings to my checking account | Move £20 from checking to savings |
Is tea healthier than coffee? | Is coffee healthier than tea? | tea
Translate from Dutch to Danish | Translate from Danish to Dutch | Dutch
Can I transfer money from PayPal to my bank? | Can I transfer money from my bank to PayPal? |
When does the last train to Bath leave? | When does the last train from Bath leave? |
How do I migrate from MySQL to Postgres? | How do I switch from Postgres to MySQL? |
Does France border Spain? | Does Spain border France? |
""",
    "cases": """
What is the dose for adults? | What is the dose for children? | adults / children
Is there a monthly plan? | Is there a yearly plan? | monthly / yearly
Does it cover personal use? | Does it cover commercial use? | personal / commercial
What is in the free version? | What is in the premium version? | free / premium
Is there a discount for new customers? | Is there a discount for existing customers? |
When must I be there for a domestic flight? | When must I be there for an international flight? |
Do full-time workers get a bonus? | Do part time workers get a bonus? | full-time / part-time
Can I open a joint account? | Can I open a savings account? | joint / savings
How much is a one-way fare? | How much is a return fare? |
Is there a shower for women? | Is there a shower for men? |
Does the desktop app work offline? | Does the mobile app work offline? | desktop / mobile
What do I need to register? | What does my daughter need to register? |
Can I order a birthday cake for myself? | Can I order a birthday cake for my sister? |
Is breakfast served here? | Is dinner served here? | breakfast / dinner
Do students pay a fee? | Do teachers pay a fee? |
What does standard delivery cost? | What does express delivery cost? | standard / express
""",
    "kinds of question": """
When is the concert? | Where is the concert? | when / where
How much is the tram? | How often is the tram? |
How much is the course? | How long is the course? |
Who signed the treaty? | When did they sign the treaty? |
Why should I back up my laptop? | How do I back up my laptop? | why / how to
How often should I water the fern? | How do I water the fern? |
Where do I renew my licence? | When do I renew my licence? | where / when
""",
    "words in one place": """
Do I need a passport? | Do I need a helmet? | passport / helmet
Can my cat travel in the cabin? | Can my hamster travel in the cabin? |
How do I cook a chicken in the oven? | How do I cook a lasagne in the oven? | chicken
How do I delete a playlist? | How do I rename a playlist? | delete / rename
Can I bring my bicycle on the tram? | Can I bring my sofa on the tram? |
Is there a library near the station? | Is there a bakery near the station? | library / bakery
How do I plot a histogram in the notebook? | How do I plot a network in the notebook? |
Which wine goes with fish? | Which wine goes with cheese? | fish / cheese
""",
}

PASSED = """
Can I bring two bags? | May I bring 2 bags?
Is 1,000 a lot? | is 1000 a lot
Why can't I log in? | Why can’t I log in?
Which one is best? | Which is the best one?
What does it cost? | How much is it?
How do I reset my password? | Could you please tell me how I can reset my password?
How do I reset my password? | how do i reset my pasword??
How do I reset my password? | Hi there, how do I reset my password? Thanks!
What's the wifi password? | What is the WiFi password?
What is the wifi password? | I'd like to know what the wifi password is
I can't find my ticket, what now? | I cannot find my ticket, what now?
Do you have twenty-five chairs? | Do you have 25 chairs?
Is there a bus at 3pm? | Is there a bus at 15:00?
Is there a bus at 3pm? | Is there a bus at 3 o'clock in the afternoon?
Is there a bus at noon? | Is there a bus at 12pm?
Can I get a refund within 14 days? | Can I get a refund within two weeks?
Is the course 90 minutes? | Is the course 1.5 hours?
Do I need 1 kg of flour? | Do I need 1000 g of flour?
Does it cost £50? | Does it cost 50 pounds?
Is 50 % off possible? | Is 50 percent off possible?
Are you open Monday to Friday? | Are you open on weekdays?
Are you open on Saturdays? | Are you open on a Saturday?
Are you open on Satruday? | Are you open on Saturday?
What happened on 3 May? | What happened on May 3rd?
Was it built in the second half? | Was it built in the 2nd half?
How do I convert 5 miles to km? | Convert five miles to kilometres
Is the lift out of order? | is the lift out of order
Where is the elevator? | Where's the elevator please?
What colour is the flag? | What color is the flag?
How do I organise a party? | How do I organize a party?
Where can I park at the theatre? | Where can I park at the theater?
How do I cancel my subscription? | How can I cancel my subscription?
How do I cancel my subscription? | How do I cancel a subscription?
How do I purchase a ticket? | How do I buy a ticket?
When does the film start? | When does the movie begin?
How do I mend a bike? | How do I repair a bicycle?
Do I need a passport to fly? | To fly, do I need a passport?
On Windows, how do I take a screenshot? | How do I take a screenshot on Windows?
Is Python faster than Ruby? | is python faster than ruby
Python vs Ruby, which is faster? | Ruby vs Python: which is faster?
What is the difference between tea and coffee? | What's the difference between coffee and tea?
How far is it from Rome to Milan? | How far is it from Milan to Rome?
Is there a train from Rome to Milan? | Is there a train to Milan from Rome?
What is the capital of the USA? | What is the capital of the United States?
How big is the UK? | How big is the United Kingdom?
How do I create a PR? | How do I create a pull request?
What does the NHS cost? | What does the National Health Service cost?
Can I use VS Code on a Mac? | Can I use VS Code on macOS?
How do I sort an array in JS? | How do I sort an array in JavaScript?
What is the population of Germany? | What is the German population?
How do I enable dark mode? | How do I turn on dark mode?
How do I enable dark mode? | How can I activate dark mode?
How do I log in? | How do I login?
When is check-in? | When is check in?
How do I set up the printer? | What's the way to set up the printer?
How can I set the printer up? | How do I set up the printer?
Is it impossible to get a refund? | Is it not possible to get a refund?
Is the ticket non-refundable? | Is the ticket not refundable?
Isn't the shop open today? | Is the shop open today?
Which dishes are free of gluten? | Which dishes contain no gluten?
Why won't the printer print? | Why doesn't the printer print?
My card was lost, what do I do? | I lost my card, what should I do?
Can I pay by card? | How do I pay by card?
Can I cancel my booking? | How do I cancel my booking?
Where do I find my invoices? | How do I find my invoices?
How long does delivery take? | How many days does delivery take?
When is the deadline? | What is the deadline?
What time does the bank open? | When does the bank open?
What is the price of a stamp? | How much is a stamp?
How come the sky is blue? | Why is the sky blue?
Do kids pay? | Do children pay?
Is there a yearly plan? | Is there an annual plan?
Do part-time workers get a bonus? | Do part time workers get a bonus?
What's the fee for a lost key? | What is the charge for a lost key?
How do I apply for a visa? | how to apply for a visa
Show me how to fold a shirt | How do I fold a shirt?
How do I renew my licence? | How do I get my licence renewed?
Is roaming free abroad? | is roaming free abroad?!
WHERE IS MY ORDER? | Where is my order?
Um, so, how do I export a chart? | How do I export a chart?
Sorry to bother you, but how do I export a chart? | How do I export a chart?
Wie ändere ich mein Passwort? | Wie kann ich mein Kennwort ändern?
Wie kündige ich meinen Vertrag? | Wie beende ich mein Abo?
Wo ist der Bahnhof? | Wo finde ich den Bahnhof?
Darf ich zwei Koffer mitnehmen? | Kann ich 2 Koffer mitnehmen?
Ist der Laden am Montag offen? | Hat das Geschäft montags auf?
Comment changer mon mot de passe ? | Comment puis-je modifier mon mot de passe ?
"""

FOREIGN_REFUSED = """
Darf ich 2 Koffer mitnehmen? | Darf ich 3 Koffer mitnehmen?
Wie wird das Wetter in Berlin? | Wie wird das Wetter in Madrid?
Ist der Laden am Montag offen? | Ist der Laden am Freitag offen?
Wer gewann 1998? | Wer gewann?
"""


def _pairs(lines):
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines.strip().splitlines()]


@pytest.mark.parametrize(
    "asked, stored, why", [pair for lines in REFUSED.values() for pair in _pairs(lines)]
)
def test_different_questions_are_refused_whichever_was_asked_first(asked, stored, why):
    reason = refusal(DEFAULT_GUARDS, asked, stored)
    assert reason is not None
    assert why in reason
    assert refusal(DEFAULT_GUARDS, stored, asked) is not None


@pytest.mark.parametrize("asked, stored", _pairs(PASSED))
def test_equal_questions_pass(asked, stored):
    assert refusal(DEFAULT_GUARDS, asked, stored) is None
    assert refusal(DEFAULT_GUARDS, stored, asked) is None


@pytest.mark.parametrize("asked, stored", _pairs(FOREIGN_REFUSED))
def test_numbers_dates_and_places_are_known_in_german_too(asked, stored):
    assert refusal(DEFAULT_GUARDS, asked, stored) is not None
