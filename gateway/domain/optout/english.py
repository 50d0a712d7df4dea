"""English: the words and the turns of phrase of each class.

Only tables, folded: lower case, no accents, no apostrophes. A word stands in one class; to teach the
reader a new one, add it there. Phrases are separated by bars and win over words, the longest first.
"""

from typing import Final

from gateway.domain.optout.tags import Tag

WORDS: Final[dict[Tag, str]] = {
    Tag.HALT: "stop stopping cease halt desist discontinue stoping stopp",
    Tag.QUIT: "refrain refraining avoid quit quitting",
    Tag.END: """
        end ending cancel canceling cancelling terminate deactivate disable suspend revoke revoking withdraw
        withdrawing rescind retract
    """,
    Tag.OUT: """
        unsubscribe unsubscribing unsub unsubs unenroll unregister deregister optout unsuscribe
        unsubcribe unscribe
    """,
    Tag.OUTED: "unsubscribed unsubbed",
    Tag.DROP: """
        block remove removing delete deleting erase exclude scrub purge unlist removal deletion
    """,
    Tag.DROPPED: "removed deleted erased excluded taken",
    Tag.TAKE: "take cross let knock bump taking drop pull scratch strike kick cut",
    Tag.LOSE: "lose forget loose ditch",
    Tag.DONT: "dont never donot dnt",
    Tag.NOT: """
        not doesnt didnt wont cant cannot couldnt wouldnt shouldnt isnt arent wasnt werent havent hasnt
        hadnt aint nothing neither nor without
    """,
    Tag.NOMORE: "anymore nomore refuse decline",
    Tag.NO: "no zero",
    Tag.AGAIN: "again ever further",
    Tag.WANT: """
        accept want appreciate wanted wants wish wished desire prefer authorize authorise permit allow agree
        agreed
        opted signed subscribe subscribed
    """,
    Tag.NEED: "need needs have must gotta",
    Tag.RECEIVE: "receive receiving recieve recieving receving",
    Tag.GET: "get getting see seeing hear hearing having got",
    Tag.MSG: """
        texts messages msgs mesages messges txts notifications alerts reminders promos promotions promotion
        ads adverts advertisement advertisements advertising spam marketing newsletter newsletters updates
        offers deals coupons communications communication emails mails mail junk solicitations solicitation
        campaigns campaign surveys invites invitations broadcasts blasts announcements correspondence
        outreach crap bs bullshit nonsense garbage
    """,
    Tag.TEXT: """
        text texting txt message msg sms mms texto notification alert reminder promo ad newsflash email
        mesage messge
    """,
    Tag.WRITE: """
        txting textin texted txted messaging messaged msging contact contacting contacted write writing
        spamming spammed bother bothering bothered harass harassing harassed bug bugging bugged annoy pester
        pestering hound hounding bombard bombarding flooding solicit soliciting solicited disturb disturbing
        disturbed communicate communicating notify notifying notified badger badgering stalking emailing
        reaching reach pinging hassle hassling blowing mailing talking irritating
    """,
    Tag.SEND: "send sending sends sent forwarding sendin",
    Tag.CALL: "call calling called phoning ring ringing calls robocalls",
    Tag.ME: "me us myself",
    Tag.MY: "my our mine",
    Tag.YOUR: "your ur thy yr",
    Tag.NUMBER: "phone phones number numbers name cell cellphone mobile num nbr",
    Tag.LIST: """
        conversation list lists database system records roster directory distribution program lst contacts
        subscribers
        rolodex thread threads chain registry
    """,
    Tag.CONSENT: """
        subscription subscriptions consent permission authorization authorisation enrollment enrolment
    """,
    Tag.ACCOUNT: "membership account plan service services data info information profile trial",
    Tag.OFF: "off out",
    Tag.FROM: "from of",
    Tag.TO: "to",
    Tag.THIS: """
        it this that these those them everything anything all stuff things shit everyone
    """,
    Tag.THING: """
        appointment appointments appt apt order orders booking reservation meeting meetings bus sign signs
        light lights job work smoking sale sales weekend class classes course session sessions card payment
        payments visit delivery deliveries package packages parcel school flight train station street road
        corner store office gym team game event party waitlist schedule rental doctor insurance item items
        product products cart bill invoice invoices receipt receipts day month year song music loss watch
        motion sticker shift chat room table ticket tickets seat group password code prescription shipment
        transfer hotel trip tour lesson lessons interview
    """,
    Tag.KEEP: """
        miss missing ignore ignoring losing reading read replying answering blocking misunderstand skip
        delay mute forward screenshot
    """,
    Tag.BREAK: "report sue know knows knew care recognize recognise remember understand live",
    Tag.ASK: "how why when where what whats which did does whether",
    Tag.IF: "if unless otherwise suppose",
    Tag.WILL: """
        id will might may could gonna going perhaps maybe thinking considering tempted planning should
        wondering shall almost nearly
    """,
    Tag.INTERESTED: "interested",
    Tag.SAID: """
        said told asked asking ask tell telling replied wrote typed say saying requested request requesting
        begged demand demanding demanded tried trying
    """,
    Tag.BE: "be being am is are was were been stay",
    Tag.I: "i we im ive",
    Tag.YOU: "you u ya yall youre youve guys people",
    Tag.THIRD: """
        nobody he she they hes shes theyre someone somebody husband wife son daughter mom mother dad father
        boss friend brother sister coworker kid kids neighbor customer customers patient client clients him
        her
    """,
    Tag.TIME: """
        until till before after during while at tonight tomorrow yet monday tuesday wednesday thursday
        friday saturday sunday sundays saturdays weekdays early late night nights morning mornings evening
        noon midnight by in over near past later soon once pm oclock lunch
    """,
    Tag.AND: "and or but because cuz cause then since",
    Tag.FILL: """
        the a an any more with about such stupid damn fucking fuckin effing freaking bloody annoying dumb
        useless unwanted unsolicited constant endless daily weekly automated political boring disgusting
        threatening misleading repeated random additional future other continuous incessant up on even for
        every fucken goddamn fkn so too very much really spammy back own only silly ridiculous another
        personal new through via cellular always keep keeps continually constantly multiple many unnecessary
    """,
}

PHRASES: Final[dict[Tag, str]] = {
    Tag.OUT: """
        consent withdrawn | consent revoked | permission withdrawn | permission revoked |
        opt out | opt me out | opting out | opt us out | opt outs | sign off me | sign me off | do not call
        list | do not contact list | do not text list | do not disturb list | dnc list | dnd list | no call
        list | dont call list | no longer subscribed | un subscribe | take my name out | never contact list
    """,
    Tag.OUTED: """
        opted out | unsubscribe link | unsubscribe button | unsubscribe option | unsubscribe page | lien de
        desabonnement | lien pour se desabonner | bouton de desabonnement
    """,
    Tag.HALT: "if you stopped | if u stopped | if you quit | if you would stop",
    Tag.ALONE: """
        leave me alone | leave us alone | leave me be | leave me the hell alone | leave me the fuck alone |
        leave me in peace | let me be | get off my phone | get out of my phone | get out of my inbox | leave
        my phone alone | cease and desist | stop and desist | leave me tf alone | go away and leave
    """,
    Tag.DONT: """
        do not | not to | do nt | don t | dont ever | do not ever | never ever | mind not | dont you dare |
        dont you ever | dont u ever | dont be | do not be | no need to | never again | dont keep | do not
        keep | dont even
    """,
    Tag.NOT: """
        can not | can t | doesn t | didn t | won t | did not | does not | will not | could not | should not
        | would not | is not | am not | are not | was not | no reason | no intention | havent asked |
        instead of | rather than | opposite of
    """,
    Tag.NOMORE: """
        no longer | any more | any longer | no more | not any more | from now on | going forward | no mo
    """,
    Tag.WANT: """
        id appreciate | i would like | i would love | i would prefer | i would rather | i would appreciate |
        would like | id like | id love | would love | would prefer | would rather | id rather | id prefer |
        care to | care for | sign up | signed up | can i be | may i be | could i be | can we be | like to |
        like to be able | in favor of
    """,
    Tag.NEED: "have to | has to | got to | had to | need to | needs to | ought to",
    Tag.TIME: "other than | except for | when i | while i | when im | not yet | right before",
    Tag.MSG: """
        text messages | text message | sms messages | txt messages | txt msgs | text msgs | blow up my phone
        | blowing up my phone | phone calls | phone call | group texts | mass texts | text alerts | sms
        alerts | text notifications | these things | push notifications | text msg | robo texts | text
        blasts | chain texts
    """,
    Tag.WRITE: """
        hit me up | hitting me up | reach out to | reaching out to | talk to | talking to | bothering me |
        contacting this | in touch with | in touch | get in touch
    """,
    Tag.END: """
        turn off | shut off | switch off | put an end to | put a stop to | opt out of | shut down | turn
        these off
    """,
    Tag.ASK: """
        can i | could i | may i | do i | should i | can we | do we | is there | are there | i need to know |
        do you | did i | did you | am i | have i | was i | how to | what if | what happens | any way to | a
        way to
    """,
    Tag.SAID: "been trying | been asking | been telling | have asked | asked to",
    Tag.IF: "in case | as long as | only if | even if | what if",
    Tag.WILL: "i would | about to | going to | plan to | ready to | want to know | am going to | i d be",
    Tag.THIRD: """
        my husband | my wife | my boss | my mother | my father | my son | my daughter | my doctor
    """,
    Tag.THING: """
        order status | mail delivery | waiting list | wait list | my order | my appointment | my meds |
        free trial | credit card | email address
    """,
    Tag.LIST: """
        contact list | mailing list | text list | texting list | sms list | call list | calling list |
        distribution list | phone list | email list | marketing list | contacts list | subscriber list |
        data base | message list | messaging list | send list | phone book | phonebook | address book |
        group chat blast
    """,
    Tag.NUMBER: """
        phone number | cell number | cell phone number | telephone number | mobile number | cell phone |
        phone num | contact info | contact information | contact details | cell num | phone no
    """,
    Tag.AND: "because of | so that | or else",
    Tag.INTERESTED: "in interested",
}

NOTHING: Final = """
    how about you | how bout you | why not just | please | pls | plz | plse | pleas | kindly | thanks |
    thank you | thx | ty | just | now | immediately | asap | right now | right away | already | really |
    also | effective immediately | if possible | if you please | if you dont mind | if you do not mind | if
    its not too much trouble | if you could | if you would | if you can | if u can | if u could | if you
    wouldnt mind | if that is possible | if thats possible | at once | hello | hi | hey | yes | ok | okay |
    good morning | id appreciate it | i would appreciate it | would appreciate it | appreciate it | it would
    be nice | that would be great | be nice | seriously | sir | madam | can you | could you | would you |
    will you | can u | could u | would u | will u | can yall | could yall | would you mind | do you mind |
    would you be able to | can someone | could someone | would someone | can somebody | you guys | why dont
    you | why wont you | why cant you | cant you | cant u | couldnt you | wont you | why do you not | why
    dont u | how many times do i have to | how many times must i | how many times do we have to | make sure
    to | make sure you | be sure to | go ahead and | i beg you | for the last time | for the love of god |
    for gods sake | hereby | officially | formally | at this time | to be clear | you must | you need to |
    you have to | you should | all of you | all of your | each and | any of | some of | is there any way you
    could | is there a way you could | is there any way you can | is there a way you can | any way you can |
    any way you could | is there anyway you can | is there anyway you could | is it possible for you to |
    would it be possible to | is it possible to | ca fait | combien de fois | faut il vous dire d | faut il
    vous dire de | at all | on this number | on this phone | on my phone | on my cell | in the future | the
    last time | last time | one more time | for good | period | thats all | anyone | wonder if you could |
    was wondering if you could | wondering if you could | see to it that | i said | i mean | hurry and |
    someday | once and for all | on any | sorry to | sorry but | no thanks | no thank you | do me a favor
    and | kindly please | dear | team | all caps | the following | as soon as possible | today | as of today
    | as of now | like i said | as i said | find a way to | simply | finally | good evening | good day | lol
    no
"""
"""Courtesy, requests in the form of a question, haste: read as nothing, so that they hide no rule."""
