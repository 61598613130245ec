"""The families a user agent may have are those the patterns spell out."""

from dataclasses import dataclass

import pytest

from pipelines.privacy.vocabulary import family_vocabulary


@dataclass
class Matcher:
    """A pattern and its family, as ua-parser has them."""

    regex: str
    family: str


@pytest.mark.parametrize(
    ("regex", "family", "words"),
    [
        ("anything (.*)", "Chrome Mobile", {"Chrome Mobile"}),
        (r"(Chromium|Chrome)/(\d+)", "$1", {"Chromium", "Chrome"}),
        (r"(?:PPC|Intel) (Mac OS X)", "$1", {"Mac OS X"}),
        (r"(Namoroka|Shiretoko)/", "Firefox ($1)", {"Firefox (Namoroka)", "Firefox (Shiretoko)"}),
        (r"(http\.rb)/", "$1", {"http.rb"}),
        (r"[(](Links) \((\d+)", "$1", {"Links"}),
        (r"(Fedora|Red Hat|(?:Free|Open|Net|\b)BSD)[/ ]", "$1", {"Fedora", "Red Hat"}),
        (r"(cli|sdk-(?:core|go-v\d|node(?:js)?)|s3fs)/", "$1", {"cli", "s3fs"}),
        ("^(.{0,200})/", "$1", set()),
        ("([A-z]+[Bb]ot|Nutch)", "$1", {"Nutch"}),
        (r"(foo.bar|\d+|baz)", "$1", {"baz"}),
        ("no group", "$1", set()),
        ("(one) (two)", "$1 $2", set()),
        ("x", "<script>", set()),
    ],
)
def test_only_what_a_pattern_spells_out_is_a_word(regex: str, family: str, words: set[str]) -> None:
    assert family_vocabulary([Matcher(regex, family)]) == words
