"""Every page that shows a partner's figures, in the order of the navigation."""

from dashboard.pages import about, contents, downloads, features, linked, overview, people, reach
from dashboard.pages.page import Page

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    contents.RANKING,
    contents.ONE,
    people.PAGE,
    reach.PAGE,
    linked.PAGE,
    features.PAGE,
    downloads.PAGE,
    about.PAGE,
)
BY_NAME = {page.name: page for page in PAGES}
