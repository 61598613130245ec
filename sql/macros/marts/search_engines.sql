{#- The search engine that a referrer's `host` is, as one word; `(none)` when it is none of those known here, or when there is no
    host. Hosts are as browsers send them: what an engine calls its pages of results, with the countries it has pages for. Its other
    services (mail, blogs, news) are no searches. A further engine goes into the list, with its hosts as patterns of `like`. -#}
{%- macro search_engine_of(host) -%}
    {%- set engines = {
        'naver': ['search.naver.com', 'm.search.naver.com'],
        'daum': ['search.daum.net', 'm.search.daum.net'],
        'nate': ['search.nate.com', 'm.search.nate.com', 'search.daum.nate.com'],
        'zum': ['search.zum.com', 'm.search.zum.com'],
        'google': ['google.%', 'www.google.%'],
        'bing': ['bing.com', '%.bing.com'],
        'yahoo': ['search.yahoo.com', '%.search.yahoo.com', 'search.yahoo.co.jp'],
        'duckduckgo': ['duckduckgo.com', '%.duckduckgo.com'],
        'baidu': ['baidu.com', 'www.baidu.com', 'm.baidu.com'],
        'yandex': ['yandex.%', 'www.yandex.%'],
        'ecosia': ['www.ecosia.org'],
    } -%}
    {%- set cases = [] -%}
    {%- for engine, patterns in engines.items() -%}
        {%- set like = host ~ " like '" -%}
        {%- do cases.append('when ' ~ like ~ patterns | join("' or " ~ like) ~ "' then '" ~ engine ~ "'") -%}
    {%- endfor -%}
    case {{ cases | join(' ') }} else '(none)' end
{%- endmacro -%}
