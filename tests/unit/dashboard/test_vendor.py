"""Files of others are the ones that were looked at: each has its digest, version and licence in the list beside it."""

import hashlib
import re

from dashboard.assets import FOLDER

VENDOR = FOLDER / "vendor"
ROW = re.compile(r"^\| `([^`]+)` \| (.+) \| ([\d.]+) \| (.+) \| `([0-9a-f]{64})` \|$", re.MULTILINE)


def test_every_script_of_others_is_listed_with_its_digest_version_and_licence():
    listed = {
        name: (licence, digest)
        for name, _, _, licence, digest in ROW.findall((VENDOR / "README.md").read_text("utf-8"))
    }
    assert set(listed) == {file.name for file in VENDOR.glob("*.js")}
    for name, (licence, digest) in listed.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name
        assert all((VENDOR / file).is_file() for file in re.findall(r"`([a-zA-Z]+\.(?:LICENSE|NOTICE))`", licence)), (
            name
        )


def test_no_script_names_another_machine_to_load_from():
    own = (FOLDER / "app.js").read_text("utf-8")
    assert "http://" not in own
    assert "https://" not in own
