"""The description of the interface for programs, after OpenAPI 3.1."""

from typing import Any

_DAY = {"type": "string", "format": "date"}
_RELEASE = {"type": "string", "description": "The release the answer is of, for example 2026-03-06-0001."}


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _answers(properties: dict[str, Any], *errors: int) -> dict[str, Any]:
    said = {
        400: "A parameter cannot be read; `error` names it.",
        401: "No token, or one that is not valid.",
        404: "There is no such table, or nothing was published yet.",
        409: "A newer release came: begin anew.",
    }
    body = {"type": "object", "properties": {"release": _RELEASE, **properties}, "required": ["release", *properties]}
    refused = {"$ref": "#/components/schemas/Error"}
    return {
        "200": {"description": "Done.", "content": {"application/json": {"schema": body}}},
        **{
            str(code): {"description": said[code], "content": {"application/json": {"schema": refused}}}
            for code in (*errors, 401, 404)
        },
    }


_TABLE = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "title": {"type": "string"},
        "period": {"enum": ["day", "week", "month"]},
        "columns": {"type": "array", "items": {"type": "string"}},
    },
}
_ROW = {
    "type": "object",
    "description": "One row; a figure that is not shown, to protect people, is null, and so is one that does not exist.",
    "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
}

DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Partner Center statistics",
        "version": "1",
        "description": "The published statistics of one partner, read-only. The token says which partner.",
    },
    "servers": [{"url": "/api/v1"}],
    "security": [{"token": []}],
    "components": {
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        "schemas": {"Error": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}},
    },
    "paths": {
        "/release": {
            "get": {
                "operationId": "release",
                "summary": "The current release, and up to where it goes.",
                "responses": _answers(
                    {
                        "published_at": {"type": ["string", "null"], "format": "date-time"},
                        "policy_version": {"type": ["string", "null"]},
                        "newest": {
                            "type": "object",
                            "additionalProperties": {"type": ["string", "null"], "format": "date"},
                        },
                    }
                ),
            }
        },
        "/tables": {
            "get": {
                "operationId": "tables",
                "summary": "The published tables and their columns.",
                "responses": _answers({"tables": {"type": "array", "items": _TABLE}}),
            }
        },
        "/measures": {
            "get": {
                "operationId": "measures",
                "summary": "What each measure is, and over what it adds up.",
                "responses": _answers({"measures": {"type": "object", "additionalProperties": {"type": "object"}}}),
            }
        },
        "/tables/{table}": {
            "get": {
                "operationId": "rows",
                "summary": "Rows of a table, by the first day of their period.",
                "parameters": [
                    {"name": "table", "in": "path", "required": True, "schema": {"type": "string"}},
                    _parameter("from", "The first period begins on this day or later.", _DAY),
                    _parameter("to", "The last period begins on this day or before.", _DAY),
                    _parameter("limit", "Rows in one answer.", {"type": "integer", "minimum": 1, "maximum": 10_000}),
                    _parameter("offset", "Rows to pass over; `next` gives it.", {"type": "integer", "minimum": 0}),
                    _parameter("release", "Refuse rows of another release; `next` gives it.", {"type": "string"}),
                ],
                "responses": _answers(
                    {
                        "table": {"type": "string"},
                        "rows": {"type": "array", "items": _ROW},
                        "next": {"type": ["string", "null"], "description": "Where the following rows are."},
                    },
                    400,
                    409,
                ),
            }
        },
    },
}
