"""Who is no member: a third count of people of each row that shows people and members, seen exactly where both are."""

import numpy as np

from pipelines.policy.publication import ANONYMOUS, MEMBERS, PEOPLE, Publication
from pipelines.releases.frame import Booleans, Frame


def hide_with_anonymous(frame: Frame, publication: Publication, shown: dict[str, Booleans]) -> None:
    """Hide the members of new rows of which who is no member is not shown, and who is no member where either other is hidden.

    Also where there are more members than people, of which nobody knows how many are none.
    """
    if MEMBERS not in shown or PEOPLE not in shown:
        shown[ANONYMOUS] = np.zeros(len(frame), dtype=np.bool_)
        return
    both = shown[MEMBERS] & shown[PEOPLE] & frame.tells_anonymous(publication)
    shown[MEMBERS][both & ~shown[ANONYMOUS] & frame.is_new] = False
    shown[ANONYMOUS] &= shown[MEMBERS] & shown[PEOPLE]
