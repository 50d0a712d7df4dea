"""Keys: derived, rotated, and a secret that is made once."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from gateway.errors import SettingsError
from gateway.keys import Keyring, keep_secret

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = "an old secret of the house", "a new secret of the house"


def test_keys_of_purposes_differ() -> None:
    """A key that leaks from one purpose opens no other, and shows nothing of the secret."""
    keys = Keyring([OLD])
    found = {keys.derive("hash"), keys.derive("cookie"), keys.derive("link")}
    assert len(found) == 3
    assert all(len(key) == 32 and OLD.encode() not in key for key in found)


def test_keys_survive_a_restart() -> None:
    """The same secret gives the same keys and the same id."""
    assert Keyring([OLD]).derive("hash") == Keyring([OLD]).derive("hash")
    assert Keyring([OLD]).id == Keyring([OLD]).id != Keyring([NEW]).id


def test_rotation_keeps_what_was_signed() -> None:
    """After a rotation the new secret signs, and what the old one signed is still recognised by its id."""
    before, after = Keyring([OLD]), Keyring([NEW, OLD])
    assert after.derive("cookie") == Keyring([NEW]).derive("cookie")
    assert after.derive_all("cookie") == [after.derive("cookie"), before.derive("cookie")]
    assert {key.id: key.value for key in after.keys("cookie")}[before.id] == before.derive("cookie")


def test_a_key_does_not_show_itself() -> None:
    """A key that lands in a log or a traceback shows its id only."""
    (key,) = Keyring([OLD]).keys("cookie")
    assert key.id in repr(key)
    assert repr(key.value) not in repr(key)


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    """However many processes start at once, all get the one secret, which only its owner can read."""
    file = tmp_path / "var" / "gateway.secret"
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(keep_secret, [file] * 8))
    assert all(secrets == found[0] for secrets in found)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["gateway.secret"]


def test_a_second_line_is_the_old_secret(tmp_path: Path) -> None:
    """A secret is rotated by writing the new one above it."""
    file = tmp_path / "gateway.secret"
    (first,) = keep_secret(file)
    file.write_text(f"{NEW}\n{first}\n")
    assert keep_secret(file) == [NEW, first]


@pytest.mark.parametrize(("text", "mode", "reason"), [("", 0o600, "at least"), (OLD, 0o644, "chmod 600")])
def test_an_unfit_secret_file_is_refused(text: str, mode: int, reason: str, tmp_path: Path) -> None:
    """An emptied secret, or one that others can read, stops the start with the reason."""
    file = tmp_path / "gateway.secret"
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(SettingsError, match=reason):
        keep_secret(file)
