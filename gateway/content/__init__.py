"""What the operator writes and the gateway reads: flow files and message texts.

Every file is looked up in the operator's folder first and in the shipped one after, file by file, so that
an operator keeps only what differs. Nothing here knows a message, a contact or a database.
"""

from pathlib import Path
from typing import Literal

import gateway


def shipped_folder(kind: Literal["flows", "templates"]) -> Path:
    """Return the shipped defaults: inside an installed wheel, else beside the package in a checkout."""
    package = Path(gateway.__file__).resolve().parent
    installed = package / "defaults" / kind
    return installed if installed.is_dir() else package.parent / kind
