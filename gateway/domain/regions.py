"""The zones of regions, postal codes and split area codes in Canada, the United States and France.

A zone is listed for a region when about one inhabitant in two hundred lives by it; smaller corners are
reached through their postal code. Where `phonenumbers` names one zone for a split area code, or a
wrong one, the table of area codes mends it.
"""

from __future__ import annotations

from bisect import bisect_right


def _words(text: str) -> list[str]:
    return text.split()


_NEWFOUNDLAND, _ATLANTIC = "America/St_Johns", "America/Halifax"
_TORONTO, _WINNIPEG, _REGINA = "America/Toronto", "America/Winnipeg", "America/Regina"
_EDMONTON, _VANCOUVER = "America/Edmonton", "America/Vancouver"
_EASTERN, _CENTRAL = "America/New_York", "America/Chicago"
_MOUNTAIN, _PACIFIC = "America/Denver", "America/Los_Angeles"

REGION_ZONES: dict[str, tuple[str, ...]] = {
    "CA-AB": (_EDMONTON,),
    "CA-BC": (_VANCOUVER, _EDMONTON),
    "CA-MB": (_WINNIPEG,),
    "CA-NB": ("America/Moncton",),
    "CA-NL": (_NEWFOUNDLAND, "America/Goose_Bay"),
    "CA-NS": (_ATLANTIC,),
    "CA-NT": ("America/Yellowknife",),
    "CA-NU": ("America/Iqaluit", "America/Rankin_Inlet", "America/Cambridge_Bay"),
    "CA-ON": (_TORONTO, _WINNIPEG),
    "CA-PE": (_ATLANTIC,),
    "CA-QC": (_TORONTO,),
    "CA-SK": (_REGINA, _EDMONTON),
    "CA-YT": ("America/Whitehorse",),
    **dict.fromkeys(
        _words(
            "US-CT US-DC US-DE US-GA US-MA US-MD US-ME US-NC US-NH US-NJ US-NY US-OH US-PA US-RI US-SC "
            "US-VA US-VT US-WV"
        ),
        (_EASTERN,),
    ),
    **dict.fromkeys(_words("US-FL US-IN US-KY US-TN"), (_EASTERN, _CENTRAL)),
    "US-MI": ("America/Detroit", _CENTRAL),
    **dict.fromkeys(_words("US-AL US-AR US-IA US-IL US-KS US-LA US-MN US-MO US-MS US-OK US-WI"), (_CENTRAL,)),
    **dict.fromkeys(_words("US-ND US-NE US-SD US-TX"), (_CENTRAL, _MOUNTAIN)),
    **dict.fromkeys(_words("US-CO US-MT US-NM US-UT US-WY"), (_MOUNTAIN,)),
    "US-AZ": ("America/Phoenix", _MOUNTAIN),
    "US-ID": ("America/Boise", _PACIFIC),
    "US-OR": (_PACIFIC, "America/Boise"),
    **dict.fromkeys(_words("US-CA US-NV US-WA"), (_PACIFIC,)),
    "US-AK": ("America/Anchorage",),
    "US-HI": ("Pacific/Honolulu",),
    "PR": ("America/Puerto_Rico",),
    "VI": ("America/St_Thomas",),
    "GU": ("Pacific/Guam",),
    "FR": ("Europe/Paris",),
    "GP": ("America/Guadeloupe",),
    "MQ": ("America/Martinique",),
    "GF": ("America/Cayenne",),
    "RE": ("Indian/Reunion",),
    "YT": ("Indian/Mayotte",),
    "PM": ("America/Miquelon",),
    "BL": ("America/St_Barthelemy",),
    "MF": ("America/Marigot",),
    "WF": ("Pacific/Wallis",),
    "PF": ("Pacific/Tahiti", "Pacific/Marquesas", "Pacific/Gambier"),
    "NC": ("Pacific/Noumea",),
}

AREA_CODE_ZONES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(["850", "448"], (_EASTERN, _CENTRAL)),
    **dict.fromkeys(_words("219 574 812 930 270 364 423 606"), (_EASTERN, _CENTRAL)),
    **dict.fromkeys(["906"], ("America/Detroit", _CENTRAL)),
    **dict.fromkeys(_words("308 620 785 432"), (_CENTRAL, _MOUNTAIN)),
    **dict.fromkeys(["541", "458"], (_PACIFIC, "America/Boise")),
    "928": ("America/Phoenix", _MOUNTAIN),
    "807": (_TORONTO, _WINNIPEG),
    **dict.fromkeys(_words("236 250 672 778"), (_VANCOUVER, _EDMONTON)),
    **dict.fromkeys(_words("306 639 474"), (_REGINA, _EDMONTON)),
    **dict.fromkeys(["709", "879"], (_ATLANTIC, _NEWFOUNDLAND)),
    "867": ("America/Whitehorse", "America/Yellowknife", "America/Iqaluit", "America/Rankin_Inlet"),
}

POSTAL_ZONES: dict[str, dict[str, tuple[str, ...]]] = {
    "CA": {
        "A0P": ("America/Goose_Bay",),
        "A0R": ("America/Goose_Bay",),
        "A2V": ("America/Goose_Bay",),
        "A": (_NEWFOUNDLAND,),
        "G4T": (_ATLANTIC,),
        "P0T": (_TORONTO, _WINNIPEG),
        "P0V": (_WINNIPEG,),
        "P0W": (_WINNIPEG,),
        "P0X": (_WINNIPEG,),
        "P0Y": (_WINNIPEG,),
        "P8N": (_WINNIPEG,),
        "P8T": (_WINNIPEG,),
        "P9": (_WINNIPEG,),
        **dict.fromkeys("KLMNP", (_TORONTO,)),
        "S9V": (_EDMONTON,),
        "S": (_REGINA,),
        **dict.fromkeys(("V0A", "V0B", "V1A", "V1C", "V1G", "V1J"), (_VANCOUVER, _EDMONTON)),
        "V": (_VANCOUVER,),
        "X0A": ("America/Iqaluit",),
        "X0B": ("America/Cambridge_Bay",),
        "X0C": ("America/Rankin_Inlet", "America/Coral_Harbour"),
        "X": ("America/Yellowknife",),
    },
    "US": {
        **dict.fromkeys(("324", "325"), (_CENTRAL, _EASTERN)),
        **dict.fromkeys(("32", "33", "34"), (_EASTERN,)),
        **dict.fromkeys(("798", "799", "885"), (_MOUNTAIN,)),
        **dict.fromkeys(
            ("75", "76", "77", "78", "790", "791", "792", "793", "794", "795", "796"), (_CENTRAL,)
        ),
        "577": (_MOUNTAIN,),
        **dict.fromkeys(("570", "571", "572", "573", "574"), (_CENTRAL,)),
    },
}

_CANADIAN_LETTERS = {
    "A": "CA-NL",
    "B": "CA-NS",
    "C": "CA-PE",
    "E": "CA-NB",
    **dict.fromkeys("GHJ", "CA-QC"),
    **dict.fromkeys("KLMNP", "CA-ON"),
    "R": "CA-MB",
    "S": "CA-SK",
    "T": "CA-AB",
    "V": "CA-BC",
    "Y": "CA-YT",
}
_FRENCH_PREFIXES = {
    "971": "GP",
    "972": "MQ",
    "973": "GF",
    "974": "RE",
    "975": "PM",
    "976": "YT",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
# First ZIP prefix (three digits) of each run; "-" where a run belongs to no state (forces abroad).
_ZIP_RUNS = _words(
    "000 - 005 NY 006 PR 008 VI 009 PR 010 MA 028 RI 030 NH 039 ME 050 VT 055 MA 056 VT 060 CT 070 NJ 090 "
    "- 100 NY 150 PA 197 DE 200 DC 201 VA 202 DC 206 MD 220 VA 247 WV 270 NC 290 SC 300 GA 320 FL 340 - "
    "341 FL 350 AL 370 TN 386 MS 398 GA 400 KY 430 OH 460 IN 480 MI 500 IA 530 WI 550 MN 569 DC 570 SD "
    "580 ND 590 MT 600 IL 630 MO 660 KS 680 NE 700 LA 716 AR 730 OK 733 TX 734 OK 750 TX 800 CO 820 WY "
    "832 ID 840 UT 850 AZ 870 NM 885 TX 889 NV 900 CA 962 - 967 HI 969 GU 970 OR 980 WA 995 AK "
)
_ZIP_STARTS, _ZIP_STATES = [int(start) for start in _ZIP_RUNS[::2]], _ZIP_RUNS[1::2]


def region_code(text: str | None, country: str | None) -> str | None:
    """Return the ISO 3166-2 code of what a record calls its province or state, None when unknown.

    `QC` in a Canadian project is CA-QC; `US-FL` is taken as it is; a French department gives FR-67.
    """
    code = (text or "").strip().upper().replace("_", "-")
    whole = code if "-" in code else f"{country}-{code}"  # first: YT is Yukon in Canada, else Mayotte
    if whole in REGION_ZONES:
        return whole
    if code in REGION_ZONES:
        return code
    department = whole.removeprefix("FR-")
    if whole.startswith("FR-") and (department[:2].isdigit() or department in {"2A", "2B"}):
        return _FRENCH_PREFIXES.get(department, whole)
    return None


def region_of_postal(postal_code: str | None, country: str) -> str | None:
    """Return the region of a postal code (H2X 1Y4 → CA-QC, 33101 → US-FL, 67000 → FR-67)."""
    code = (postal_code or "").replace(" ", "").upper()
    if country == "CA":
        return _northern(code) if code[:1] == "X" else _CANADIAN_LETTERS.get(code[:1])
    if not code[:5].isdigit() or len(code) < 5:
        return None
    if country == "US":
        state = _ZIP_STATES[bisect_right(_ZIP_STARTS, int(code[:3])) - 1]
        return {"-": None, "PR": "PR", "VI": "VI", "GU": "GU"}.get(state, f"US-{state}")
    if country == "FR":
        return _FRENCH_PREFIXES.get(code[:3], f"FR-{code[:2]}")
    return None


def own_region(region: str | None, postal_code: str | None, country: str) -> str | None:
    """Return the contact's own region for rules that apply by place, None when the record has none."""
    return region_code(region, country) or region_of_postal(postal_code, country)


def _northern(code: str) -> str:
    return "CA-NU" if code[:3] in {"X0A", "X0B", "X0C"} else "CA-NT"


def zones_of_region(region: str) -> tuple[str, ...]:
    """Return the zones of an ISO 3166-2 region; a French department follows Paris."""
    return REGION_ZONES.get(region) or REGION_ZONES["FR" if region.startswith("FR-") else region]


def zones_of_postal(postal_code: str | None, country: str) -> tuple[str, ...]:
    """Return the zones of a postal code, empty when it says nothing."""
    code = (postal_code or "").replace(" ", "").upper()
    region = region_of_postal(code, country)
    if region is None:
        return ()
    table = POSTAL_ZONES.get(country, {})
    for length in (3, 2, 1):
        if code[:length] in table:
            return table[code[:length]]
    return zones_of_region(region)
