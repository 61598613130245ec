"""User agents of made-up visitors, crawlers and monitors, in the shape the real ones have."""

from itertools import product

_BLINK = "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version} {mobile}Safari/537.36"
_GECKO = "Mozilla/5.0 ({system}; rv:{version}) Gecko/20100101 Firefox/{version}"
_TRIDENT = "Mozilla/5.0 ({system}; Trident/7.0; rv:11.0) like Gecko"
_IOS = (
    "Mozilla/5.0 ({device}; CPU {kind}OS {system} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/{version} Mobile/15E148 Safari/604.1"
)
_SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X {system}) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/{version} Safari/605.1.15"
)

_WINDOWS = ("Windows NT 10.0; Win64; x64", "Windows NT 6.1; WOW64", "Windows NT 6.3; Win64; x64", "Windows NT 6.1")
_MACS = ("Macintosh; Intel Mac OS X 10_15_7", "Macintosh; Intel Mac OS X 10_10_3", "X11; Linux x86_64")
_CHROMES = ("120.0.0.0", "43.0.2357.65", "116.0.0.0", "41.0.2272.118", "109.0.0.0")
_FOXES = ("38.0", "115.0", "37.0", "121.0")
_PHONES = ("SM-G920S", "SM-N910K", "SM-S918N", "LG-F500S", "Pixel 7", "SHV-E300L", "IM-A910K", "SM-A536N")
_ANDROIDS = ("14", "13", "5.0.2", "4.4.4")
_TABLETS = ("SM-T800", "SM-T550")
_IPHONES = (("17_2", "17.2"), ("16_6", "16.6"), ("8_3", "8.0"), ("15_8", "15.6"))


def desktop_agents() -> list[str]:
    """Return browsers of desks, the more common first."""
    return [
        *(_BLINK.format(system=s, version=v, mobile="") for v, s in product(_CHROMES, _WINDOWS + _MACS)),
        *(_TRIDENT.format(system=s) for s in ("Windows NT 6.1; WOW64", "Windows NT 6.3; WOW64", "Windows NT 10.0")),
        *(
            _SAFARI.format(system=s, version=v)
            for s, v in (("10_15_7", "17.2"), ("10_15_7", "16.6"), ("10_10_3", "8.0.6"))
        ),
        *(_GECKO.format(system=s, version=v) for v, s in product(_FOXES, (*_WINDOWS[:2], "X11; Ubuntu; Linux x86_64"))),
    ]


def phone_agents() -> list[str]:
    """Return browsers of phones and tablets, the more common first."""
    androids = [
        _BLINK.format(system=f"Linux; Android {android}; {phone}", version=version, mobile="Mobile ")
        for version, android, phone in product(_CHROMES, _ANDROIDS, _PHONES)
    ]
    return [
        *androids[:5],
        *(_IOS.format(device="iPhone", kind="iPhone ", system=s, version=v) for s, v in _IPHONES),
        *(_IOS.format(device="iPad", kind="", system=s, version=v) for s, v in _IPHONES[:2]),
        *(_BLINK.format(system=f"Linux; Android 13; {t}", version=_CHROMES[0], mobile="") for t in _TABLETS),
        *androids[5:],
    ]


CRAWLER_AGENTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; Yeti/1.1; +http://naver.me/spd)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; Daum/4.1; +http://cs.daum.net/faq/15/4118.html)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 8_3 like Mac OS X) AppleWebKit/600.1.4 (KHTML, like Gecko) Version/8.0 "
    "Mobile/12F70 Safari/600.1.4 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0",
    "Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)",
    "curl/7.38.0",
)
"""Crawlers and tools, the busier first; every one is known to the package crawler-user-agents (a test holds it)."""

MONITOR_AGENTS = ("UptimeMonitor/1.2 (sample)", "HealthProbe/1.0 (sample)")
"""The first asks for the home page and is filtered by its name, the second for the health check, filtered by path."""
