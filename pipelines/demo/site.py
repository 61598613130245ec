"""The made-up site: every target that can be asked for, what it weighs, and which visitors ask for it.

Paths follow `policy/routes.yml` (a test holds it). Query strings carry declared parameters, and others that must never
get through: search texts, campaign names, sessions.
"""

from dataclasses import dataclass
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from pipelines.demo.chance import Ints, Weighted, below, falling, stream
from pipelines.demo.plan import DemoPlan
from pipelines.demo.registry import CONTENT_TYPES, Contents

SEARCH_MARK = "demosecret"
"""Stands in every search text, so that a search for it finds one that got through."""

KIND_PATHS = {"track": "contents", "video": "contents", "album": "albums", "artist": "artists"}
_TABS = {"track": "lyrics", "video": "comments", "album": "tracks", "artist": "news"}
PUBLIC_FORMS, STAFF_FORMS = Weighted.of((62, 14, 10, 8, 6)), Weighted.of((3, 5, 4))
FORMS_PER_CONTENT = 8

# target, weight among the public's other pages, weight among staff's other pages
_PAGES: tuple[tuple[str, float, float], ...] = (
    ("/", 30, 10),
    ("/contents", 10, 4),
    ("/contents?sort=popular", 6, 2),
    ("/contents?sort=newest&type=album", 5, 1),
    ("/contents?type=video&page=2", 3, 1),
    ("/contents?sort=price&type=track", 1, 1),
    ("/notices", 4, 3),
    ("/notices/1021", 3, 2),
    ("/notices/998?ref=mail", 1, 1),
    ("/privacy?lang=ko", 1, 0.2),
    ("/privacy?lang=en", 0.3, 0.1),
    ("/inquiry", 1, 1),
    ("/join?type=artist", 1, 0),
    ("/join?type=agency&code=demo-invitation", 0.5, 0),
    ("/contents/C9999999", 1.5, 0.5),
    ("/no/such/page", 0.7, 0.1),
    ("/stats?view=day", 0, 14),
    ("/stats?view=week", 0, 5),
    ("/stats?view=month&session=demo0000", 0, 3),
    ("/stats/ranking?view=week", 0, 5),
    ("/stats/audience?view=month", 0, 5),
    ("/contents/new", 0, 4),
    ("/settings?tab=profile", 0, 2),
    ("/settings?tab=staff&return=%2Fstats", 0, 1),
    ("/settings/withdrawal", 0, 0.1),
    ("/reports", 0, 4),
    ("/reports/settlement?view=quarter", 0, 2),
    ("/reports/2207", 0, 2),
    ("/reports/2207/download?format=xlsx", 0, 1.5),
    ("/linked/melon", 0, 1),
    ("/linked/aztalk?tab=fans", 0, 2),
    ("/api/v1/now?since=1430000000", 2, 3),
)
_SPECIALS = ("/login", "/logout", "/api/v1/likes", "/robots.txt", "/sitemap.xml", "/healthz")
_ASSETS = (
    "/static/app.css",
    "/static/app.js?v=318",
    "/static/fonts/sans.woff2",
    "/static/logo.png",
    "/favicon.ico",
    "/static/player.js",
    "/static/icons.svg",
)
_NAMES = ("홍길동", "김샘플", "이견본", "Jane Sample", "아무개 010-0000-0000", "sample@mail.example")


@dataclass(frozen=True)
class Site:
    """Targets by position, in blocks: `FORMS_PER_CONTENT` for each content, covers, other pages, specials, assets, searches.

    `sizes` are usual answer sizes in bytes, `missing` marks what answers 404. `specials` maps a path to its position.
    """

    targets: list[str]
    sizes: Ints
    missing: npt.NDArray[np.bool_]
    covers: int
    pages: int
    assets: int
    searches: int
    specials: dict[str, int]
    public_pages: Weighted
    staff_pages: Weighted
    search_texts: Weighted
    asset_weights: Weighted


def make_site(plan: DemoPlan, contents: Contents) -> Site:
    """Lay the site out for the contents of a registry."""
    rng = stream(plan.seed, "site")
    searches = min(5000, 200 + plan.requests_per_day // 50)
    covers = len(contents.content_ids) * FORMS_PER_CONTENT
    pages = covers + len(contents.content_ids)
    specials = pages + len(_PAGES)
    assets = specials + len(_SPECIALS)
    targets = [
        *_content_targets(contents),
        *(f"/static/covers/{content}.jpg" for content in contents.content_ids),
        *(target for target, _, _ in _PAGES),
        *_SPECIALS,
        *_ASSETS,
        *_search_targets(rng, searches),
    ]
    return Site(
        targets=targets,
        sizes=np.exp(rng.normal(9.2, 0.7, len(targets))).astype(np.int32) + 200,
        missing=np.array([target in ("/contents/C9999999", "/no/such/page") for target in targets]),
        covers=covers,
        pages=pages,
        assets=assets,
        searches=assets + len(_ASSETS),
        specials={path: specials + place for place, path in enumerate(_SPECIALS)},
        public_pages=Weighted.of([public for _, public, _ in _PAGES]),
        staff_pages=Weighted.of([staff for _, _, staff in _PAGES]),
        search_texts=Weighted.of(falling(searches, 0.6)),
        asset_weights=Weighted.of(falling(len(_ASSETS), 0.7)),
    )


def _content_targets(contents: Contents) -> list[str]:
    """Return the forms of each content: five for the public, then three for staff."""
    targets: list[str] = []
    for content, kind in zip(contents.content_ids, contents.types.tolist(), strict=True):
        name = CONTENT_TYPES[kind]
        page, tab = f"/{KIND_PATHS[name]}/{content}", _TABS[name]
        targets += [
            page,
            f"{page}?tab={tab}",
            f"{page}?tab={tab}&utm_source=demo-mail&utm_campaign=spring",
            f"/preview?content={content}",
            f"{page}?tab=private&session=demo{content}",
            f"/contents/{content}/edit",
            f"/stats/contents/{content}?metric=streams&view=day",
            f"/stats/contents/{content}?view=week&metric=likes&from=2015-01-01",
        ]
    return targets


def _search_targets(rng: np.random.Generator, count: int) -> list[str]:
    """Return searches: what people type, which nobody else should read."""
    names = below(rng, len(_NAMES), count).tolist()
    types = ("", "&type=track", "&type=album", "&type=artist")
    return [
        f"/search?q={quote(f'{_NAMES[name]} {SEARCH_MARK}{number}')}{types[number % 4]}"
        for number, name in enumerate(names)
    ]
