"""The rules: which orders of classes are a request to stop. What takes a request back stands in `guards`."""

from typing import Final

from gateway.domain.optout.shapes import BARE, FORBIDS, NO_WISH, rules

REQUESTS: Final = (
    *rules(
        "request to stop messages",
        "HALTING GAP [MSG TEXT WRITE]",
        "HALTING LITTLE OURS",
        "HALTING LITTLE THING{1,2} MESSAGES",
        "HALTING FROM? ME SEND",
        "HALTING FROM? SEND ME (?! LITTLE THING (?! MESSAGES))",
        "HALTING FROM? SEND THIS? LAST",
        "HALTING FROM? SEND THIS",
        "HALTING FROM? SEND THIRD (?: MSG | LITTLE TO (?: MY | THIS ) NUMBER )",
        "HALTING FROM? ME? FILL? CALL (?: ME | LAST | [MY THIS FILL] (?: CALL | NUMBER ) )",
        "HALTING LITTLE CONSENT",
        "HALTING FROM? RECEIVE",
        "HALTING FROM? GET THIS",
        "MESSAGES [FILL OTHER NEED TO FROM YOU BE]{0,4} HALT $",
    ),
    *rules(
        BARE,
        "^ [AND FILL]{0,2} (?: I? [WANT NEED]? TO )? HALT [THIS FILL NOMORE]{0,3} $",
        "^ YOU (?: NEED? TO? ) HALT [THIS FILL]{0,2} $",
        "^ [OTHER FILL]{0,2} HALT THIS $",
        "[WANT NEED] [FILL THIS YOU MSG TEXT]{0,3} TO HALT [THIS FILL]{0,2} $",
        "WANT [YOU FILL THIS]{0,4} HALT [THIS FILL]{0,2} $",
        "THIS NEED TO HALT $",
        "SAID [THIS FILL YOU]{1,3} HALT $",
        "(?: NOT | DONT | PAS ) FILL? INTERESTED HALT $",
        "^ HALT (?: NOT | DONT | PAS ) FILL? INTERESTED",
        "^ HALT AND (?: I | $ | THIS | YOU )",
        "^ HALT TIME I BREAK",
        "^ HALT YOU [OTHER FILL]{0,3} $",
        "^ OTHER FILL? THIS HALT $",
    ),
    *rules(
        "request to unsubscribe",
        "OUT",
        "[WANT SAID NEED] [TO FILL FROM OTHER YOU]{0,4} BE OUTED",
        "GET ME OUTED",
    ),
    *rules(
        "request to be removed",
        "DROP ME OFF? LAST",
        "DROP ME (?: OFF | FROM )+ (?: LITTLE (?: LIST | MESSAGES | NUMBER | WRITE ) | [YOUR THIS"
        " FILL]{0,3} $ )",
        "DROP ME (?: OFF | FROM )+ [YOUR THIS] [OTHER FILL]{0,3} LAST",
        "ME DROP (?: LAST | FROM LITTLE (?: LIST | MESSAGES | WRITE ) | FROM YOUR )",
        "DROP FROM? [MY FILL THIS]{0,2} OTHER{0,1} NUMBER (?! FROM LITTLE THING )",
        "DROP [OTHER NUMBER FILL MY THIS]{0,6} [OFF FROM] (?: YOUR | FILL YOUR ) [FILL OTHER MSG"
        " TEXT]{0,2} LIST",
        "DROP FROM LITTLE LIST",
        "DROP ME FROM LITTLE THING? MESSAGES",
        "DROP [THIS MY FILL]{0,3} ACCOUNT FROM LITTLE LIST",
        "TAKE (?: ME | [MY FILL THIS]{1,2} OTHER{0,1} NUMBER ) (?: OFF | FROM | FILL )+ (?: LITTLE (?:"
        " LIST | MESSAGES )"
        " | [YOUR THIS]{0,2} LAST )",
        "TAKE (?: ME | [MY FILL THIS]{1,2} NUMBER ) OFF YOUR",
        "TAKE OFF (?: ME | [MY FILL THIS]{1,2} NUMBER )",
        "GET (?: ME | [MY FILL THIS]{1,2} NUMBER ) OFF FROM? (?: LITTLE (?: LIST | MESSAGES ) | [YOUR"
        " THIS]{0,2} LAST )",
        "LOSE [MY FILL THIS]{1,2} OTHER{0,1} NUMBER",
        "[WANT SAID NEED] [TO FILL FROM OTHER YOU AGAIN]{0,4} BE (?: DROPPED | DROP ) (?! FROM LITTLE"
        " THING )",
        "WANT (?: DROPPED | OUTED ) (?! FROM LITTLE THING )",
        "WANT FILL{0,2} MY? NUMBER (?: BE (?: DROPPED | DROP ) | OFF | DROPPED )",
        "WANT ME? TAKE FROM LITTLE LIST",
        "DROP [THIS MY] WRITE $",
        "WANT TO? (?: BE | GET )? OFF (?: FROM? LITTLE (?: LIST | MESSAGES ) | FROM? THIS LAST )",
        "[GET WANT NEED] (?: ME | MY NUMBER ) (?: DROPPED | DROP ) (?! FROM LITTLE THING )",
    ),
    *rules(
        NO_WISH,
        "[DONT NOT NOMORE] (?: OTHER | BE )? WANT TO? OTHER? RECEIVE (?! LITTLE THING (?! MSG ) )",
        "[DONT NOT NOMORE] WANT (?: TO OTHER? (?: GET | BE ) )? NOMORE? GAP MSG",
        "[DONT NOT] WANT THIS NOMORE LAST",
        "NOMORE WANT THIS LAST",
        "NOT FROM YOUR LITTLE MESSAGES",
        "[DONT NOT NOMORE] NEED NOMORE? GAP MSG",
        "NE? OTHER? FORBID NEED GAP (?: MSG | RECEIVE )",
        "[DONT NOT NOMORE] WANT [FILL YOUR NOMORE AGAIN]{0,3} WRITE (?: FROM | LAST )",
        "NE? OTHER? FORBID WANT FROM? (?: RECEIVE | GAP MSG )",
        "NOMORE (?: FROM | TO )? RECEIVE",
        "[DONT NOT NOMORE] WANT TO (?: ADDRESSING | CALL ) $",
        "[DONT NOT NOMORE] WANT TO BE (?: ADDRESSING | CALL )",
        "[DONT NOT NOMORE] WANT TO BE [FILL OTHER]{0,2} YOUR? GAP LIST",
        "[DONT NOT NOMORE] WANT TO GET (?: FROM YOU | GAP MESSAGES )",
        "[DONT NOT NOMORE] WANT GAP (?: ADDRESSING | SEND | CALL ) (?: ME | THIS | AND )",
        "[DONT NOT] WANT TO (?: BE )? GET (?: THIS ) (?: NOMORE | LAST )",
        "WANT [DONT NOT] TO? (?: RECEIVE | BE ADDRESSING | GET GAP MESSAGES | GET FROM YOU | BE CALL )",
        "WANT TO [DONT NOT] (?: RECEIVE | BE ADDRESSING | GET GAP MESSAGES )",
        "WANT NOMORE [FILL FROM YOUR THIS OTHER]{0,3} (?: MESSAGES | WRITE )",
        "NE? YOU? WANT FORBID [FILL FROM YOUR THIS]{0,3} (?: RECEIVE (?! LITTLE THING (?! MESSAGES ) ) |"
        " MESSAGES"
        " | BE FILL? (?: ADDRESSING | LIST | CALL | YOUR LIST ) | ME? (?: ADDRESSING | SEND ) )",
        "NE? YOU? WANT FORBID [FILL YOU]{0,2} ME (?: ADDRESSING | SEND | CALL )",
        "NE? WANT FORBID GET [FILL FROM YOUR YOU THIS]{0,3} (?: MSG | YOU )",
        "NE? WANT FORBID BE GAP LIST",
        "NE WANT NOLONGER THIS? $",
        "NE? WANT FORBID YOU GET",
        "WANT NOMORE [THIS]{0,1} $",
        "NE? [NEED] FORBID [FILL FROM YOUR THIS]{0,3} (?: RECEIVE | MSG )",
        "WANT [YOU FILL]{1,3} NE? ME (?: ADDRESSING | SEND ) FORBID",
        "[WANT FROM FILL AND]? NE FORBID (?: BE )? (?: RECEIVE | ME (?: ADDRESSING | SEND | CALL ) | BE"
        " ADDRESSING )",
        "NE? BE? NOLONGER INTERESTED (?: TIME GAP (?: MSG | WRITE ) )?",
        "(?: NOT | DONT ) (?: FILL )? INTERESTED [FILL THIS FROM YOUR]{0,2} NOMORE",
        "NE? ME? INTERESTED NOLONGER (?! OTHER )",
        "(?: NE? BE? PAS | NOT | DONT ) FILL? INTERESTED [FILL TO FROM TIME]{0,1} (?: RECEIVE | GET GAP"
        " MSG )",
        "[I YOU]? [NOT DONT] [GET OTHER WANT NOT NEED]{0,2} (?: MY | FILL )? CONSENT",
        "(?: NE OTHER? )? PAS MY CONSENT",
        "I (?: DONT | NOT ) CONSENT",
        "[DONT NOT] WANT YOU TO? (?: ADDRESSING | SEND | CALL )",
    ),
    *rules(
        FORBIDS,
        "(?<! SUBJECT ) DONT AGAIN? ADDRESSING (?: ME | NOMORE | AGAIN | $ | (?= TIME ) | [THIS MY"
        " FILL]{1,2} NUMBER | YOU )",
        "(?<! SUBJECT ) DONT AGAIN? ADDRESSING (?: AND | OTHER )? (?: CALL | ADDRESSING ) (?: ME | NOMORE"
        " | LAST )",
        "(?<! SUBJECT ) DONT AGAIN? CALL ME? (?: AGAIN | NOMORE | (?: AND | OTHER )+ (?: ADDRESSING |"
        " SEND ) )",
        "(?<! SUBJECT ) DONT AGAIN? SEND ME? GAP MSG",
        "(?<! SUBJECT ) DONT AGAIN? SEND ME? [THIS FILL TEXT OTHER]{0,3} (?: NOMORE | AGAIN )",
        "(?<! SUBJECT ) DONT AGAIN? SEND ME? [FILL NOMORE]{0,2} (?: THIS | TEXT ) [NOMORE AGAIN FILL"
        " OTHER]{0,2} LAST",
        "(?<! SUBJECT ) NOMORE SEND",
        "(?<! SUBJECT ) DONT MSG ME",
        "^ NOT ADDRESSING ME",
        "^ (?: NO | NOMORE | PLUS | PAS ) [FROM FILL OTHER YOUR THIS NOMORE AGAIN]{0,3} (?: MSG | TEXT |"
        " WRITE )"
        " [FILL FROM YOU YOUR TO ME NOMORE AGAIN THIS MY NUMBER]{0,5} LAST",
        "(?<! [RECEIVE OTHER GET] ) [NOMORE PLUS] [FROM FILL OTHER YOUR THIS]{0,3} MSG [FILL FROM YOU TO"
        " ME]{0,3} $",
        "(?<! SUBJECT ) NE ME ADDRESSING FORBID",
        "(?<! SUBJECT ) NE ME CALL NOLONGER",
        "NE (?: ADDRESSING | CALL ) (?: FORBID ) (?: LAST | (?= TIME ) | FILL? [MY ME THIS FROM NUMBER] )",
        "(?<! SUBJECT ) (?<! NE ) ME ADDRESSING FORBID",
        "(?<! SUBJECT ) ADDRESSING ME FORBID",
        "NE ME SEND FORBID (?! LITTLE THING (?! MESSAGES ) )",
        "NE SEND FORBID (?: LAST | GAP MESSAGES | ME | THIS )",
        "(?<! SUBJECT ) (?<! NE ) ME SEND (?: NOMORE | PLUS | PAS FROM? LITTLE MSG )",
        "(?<! SUBJECT ) SEND ME (?: NOMORE | FORBID (?: FROM? LITTLE MSG | THIS ) )",
        "^ FORBID (?: ADDRESSING | SEND ) (?: ME | LAST )",
        "^ FORBID ME (?: ADDRESSING | SEND | CALL )",
        "^ (?: FROM )? NE (?: PAS | PLUS ) FILL? (?: ADDRESSING | SEND )",
        "(?<! SUBJECT ) NE (?: PAS | PLUS ) SEND FROM? LITTLE MSG",
        "^ NOMORE FROM THIS LAST",
    ),
    *rules(
        "withdraws consent",
        "END [FILL MY THIS FROM ME YOUR TO OTHER]{0,4} (?: MSG | CONSENT | SEND ) (?! THING )",
        "END LITTLE THING{1,2} (?: MSG | TEXT ) (?! THING )",
        "END LITTLE TEXT FROM MESSAGES",
        "DROP (?: MY | FILL ) CONSENT",
    ),
    *rules("asks to be left alone", "ALONE"),
    *rules(
        "says that stop was asked",
        "(?: ^ | I | NEED THIRD? ) YOU? [FILL BE GET TO NEED OTHER AND]{0,4} (?: SAID | SEND | WRITE )"
        " [YOU FROM FILL TO OTHER TEXT]{0,4} HALT $",
        "I YOU? [FILL OTHER BE AND NEED]{0,2} (?: SAID | SEND | WRITE | TEXT ) [FILL OTHER]{0,2} HALT (?: $ |"
        " AND | OTHER | FILL | I | THING $ )",
    ),
)  # fmt: skip
"""The first rule that fits gives the reason; every rule is tried until one is not taken back."""
