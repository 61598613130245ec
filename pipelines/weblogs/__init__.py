"""From delivered log files to lines: formats, cookies, files, quarantine."""
