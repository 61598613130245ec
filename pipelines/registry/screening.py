"""What is looked at in a delivered row beyond its types: age, password, channel. Pure functions.

Which column is which follows from the clause the policy gives it: birth dates collect.no-children, passwords
secure.passwords, channels collect.channels. Such a column is read once, judged, and dropped unless the policy keeps it.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.policy import Policy
from pipelines.tabular.columns import Column
from pipelines.tabular.values import FaultError, converted

CHILDREN, PASSWORDS, CHANNELS = "collect.no-children", "secure.passwords", "collect.channels"
UNDER_AGE = "under the minimum age"
PLAIN_PASSWORDS, UNKNOWN_CHANNELS, CHILDREN_REFUSED = "plain_passwords", "unknown_channels", "children_refused"

_B64 = r"[A-Za-z0-9+/=._-]"
_ONE_WAY = re.compile(
    "|".join(
        (
            rf"\$argon2(?:id|i|d)\$(?:v=\d+\$)?m=\d+,t=\d+,p=\d+(?:,[a-z]+={_B64}+)*\${_B64}{{11,}}\${_B64}{{16,}}",
            r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}",
            rf"\$scrypt\$ln=\d+,r=\d+,p=\d+\${_B64}+\${_B64}{{20,}}",
            r"\$7\$[./A-Za-z0-9]{11,}\$[./A-Za-z0-9]{43}",
            r"scrypt:\d+:\d+:\d+\$[A-Za-z0-9]+\$[0-9a-f]{64,}",
            rf"\$pbkdf2(?:-sha(?:1|256|512))?\$\d+\${_B64}+\${_B64}{{20,}}",
            rf"pbkdf2_sha(?:1|256|512)\$\d+\${_B64}+\${_B64}{{20,}}",
            r"pbkdf2:sha(?:1|256|512):\d+\$[A-Za-z0-9]+\$[0-9a-f]{40,}",
        )
    )
)
"""argon2, bcrypt, scrypt and PBKDF2 as crypt(3), the PHC string format, passlib, Django and Werkzeug write them."""


class ChildError(FaultError):
    """The row speaks of somebody below the minimum age: it is not only set aside, it counts as not delivered."""


@dataclass(frozen=True)
class Screen:
    """What to look at in the rows of one table: columns by what they hold, and the bounds the policy gives."""

    birth_dates: tuple[Column, ...]
    passwords: tuple[str, ...]
    channels: tuple[Column, ...]
    known_channels: frozenset[str]
    minimum_age: int

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that have to be read to be judged."""
        return (*(column.name for column in (*self.birth_dates, *self.channels)), *self.passwords)

    def judge(self, values: Mapping[str, object], on: date, flags: Counter[str]) -> None:
        """Judge a row's delivered `values` as of the day `on` and count in `flags` what the policy does not allow.

        A channel that was delivered and is blank is none the policy names. Raises ChildError for somebody under age, FaultError
        for a birth date or a channel that cannot be read.
        """
        flags[PLAIN_PASSWORDS] += any(_is_plain(values.get(name)) for name in self.passwords)
        for column in self.birth_dates:
            born = converted(column, values.get(column.name))
            if isinstance(born, date) and is_under(born, self.minimum_age, on):
                flags[CHILDREN_REFUSED] += 1
                raise ChildError(f"{column.name}: {UNDER_AGE}")
        told = [converted(column, values[column.name]) for column in self.channels if column.name in values]
        flags[UNKNOWN_CHANNELS] += not self.known_channels.issuperset(told)


def screen_of(policy: Policy, table: str) -> Screen:
    """Return what `policy` wants looked at in the rows of `table`."""
    fields = policy.dataset(table).fields
    return Screen(
        birth_dates=tuple(
            Column(name, "date", is_nullable=True)
            for name, field in fields.items()
            if (field.clause, field.type) == (CHILDREN, "date")
        ),
        passwords=tuple(name for name, field in fields.items() if field.clause == PASSWORDS),
        channels=tuple(
            Column(name, "text", is_nullable=True) for name, field in fields.items() if field.clause == CHANNELS
        ),
        known_channels=frozenset(policy.channels),
        minimum_age=policy.minimum_age,
    )


def is_under(born: date, age: int, on: date) -> bool:
    """Say whether who was born on `born` is younger than `age` years on the day `on`.

    Civil Act articles 158 and 160: the day of birth counts, so that a year of age is reached on the birthday; who was born on
    29 February reaches it on 1 March where the year has no such day.
    """
    try:
        reached = born.replace(year=born.year + age)
    except ValueError:
        reached = date(born.year + age, 3, 1)
    return on < reached


def is_one_way(password: str) -> bool:
    """Say whether `password` is a recognised one-way hash: argon2, bcrypt, scrypt or PBKDF2 (clause secure.passwords)."""
    return _ONE_WAY.fullmatch(password) is not None


def _is_plain(value: object) -> bool:
    return value not in (None, "") and not (isinstance(value, str) and is_one_way(value))
