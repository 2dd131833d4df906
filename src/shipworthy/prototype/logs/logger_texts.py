"""The small logger modules that `harden` adds to a server, in TypeScript, JavaScript and Python."""

from __future__ import annotations

import re

from shipworthy.regex import regex

_TYPES = regex(r"‹([^›]*)›")
_MARKED = regex(r"^( +)‹(.*)›\n", re.MULTILINE)  # a line of its own

_SCRIPT = """import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
‹import type { NextFunction, Request, Response } from "express";
›
// One JSON object per line, with the request it belongs to; secrets and addresses are masked.
const requests = new AsyncLocalStorage‹<string>›();
const SECRET_KEY = /pass(word|phrase)?$|secret|token|authorization|cookie|api[-_]?key|card|cvc|iban/i;
const SECRET_TEXT = /\\b(Bearer\\s+\\S+|eyJ[\\w-]+\\.[\\w.-]+|(sk|pk|rk|ghp|xox[a-z])[-_][\\w-]{12,})/g;
const ADDRESS = /[\\w.+-]+@[\\w-]+\\.[\\w.-]+/g;

function masked(text‹: string›)‹: string› {
  return text.replace(SECRET_TEXT, "[secret]").replace(ADDRESS, "[address]");
}

function shown(value‹: unknown›, depth = 0)‹: unknown› {
  if (typeof value === "string") return masked(value);
  if (typeof value === "bigint" || typeof value === "function") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) {
    return { name: value.name, message: masked(value.message), stack: masked(value.stack ?? "") };
  }
  if (value instanceof Date) return value;
  if (depth > 4) return "[more]";
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => shown(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      SECRET_KEY.test(key) ? "[secret]" : shown(item, depth + 1),
    ]),
  );
}

function write(level‹: string›, parts‹: unknown[]›)‹: void› {
  const [message, ...details] = parts.map((part) => shown(part));
  console.log(JSON.stringify({
    timestamp: new Date().toISOString(),
    level,
    requestId: requests.getStore(),
    message,
    details: details.length > 0 ? details : undefined,
  }));
}

export const logger = {
  info: (...parts‹: unknown[]›) => write("info", parts),
  warn: (...parts‹: unknown[]›) => write("warn", parts),
  error: (...parts‹: unknown[]›) => write("error", parts),
};

/** Gives each request an id, which all lines logged for it carry and the caller is told. */
export function withRequestId(req‹: Request›, res‹: Response›, next‹: NextFunction›)‹: void› {
  const sent = req.get("x-request-id") ?? "";
  const id = /^[\\w-]{8,64}$/.test(sent) ? sent : randomUUID();
  res.setHeader("x-request-id", id);
  requests.run(id, () => next());
}
"""

_PYTHON = '''"""One JSON object per log line, with its request; secrets and addresses are masked."""

import json
import logging
import os
import re
import uuid
from contextvars import ContextVar
from datetime import datetime, timezone

request_id: ContextVar[str] = ContextVar("request_id", default="")
_SECRET = re.compile(
    r"\\bBearer\\s+\\S+|\\beyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*|\\b(?:sk|pk|rk|ghp|xox[a-z])[-_][\\w-]{12,}"
    r"|(?<=password=)\\S+|(?<=token=)\\S+|(?<=secret=)\\S+"
)
_ADDRESS = re.compile(r"[\\w.+-]+@[\\w-]+\\.[\\w.-]+")


def masked(text: str) -> str:
    return _ADDRESS.sub("[address]", _SECRET.sub("[secret]", text))


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "timestamp": datetime.fromtimestamp(record.created, timezone.utc).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": request_id.get(),
            "message": masked(record.getMessage()),
        }
        if record.exc_info:
            line["error"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def configure() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "INFO"), handlers=[handler], force=True)


def _id_for(sent: str) -> str:
    return sent if re.fullmatch(r"[\\w-]{8,64}", sent) else str(uuid.uuid4())


'''
_FASTAPI = '''async def with_request_id(request, call_next):
    """Give each request an id, which all lines logged for it carry and the caller is told."""
    known = request_id.set(_id_for(request.headers.get("x-request-id", "")))
    try:
        response = await call_next(request)
        response.headers["x-request-id"] = request_id.get()
        ‹logger.info("%s %s: %s", request.method, request.url.path, response.status_code)›
        return response
    finally:
        request_id.reset(known)
'''
_FLASK = '''def with_request_id(app) -> None:
    """Give each request an id, which all lines logged for it carry and the caller is told."""
    from flask import request

    @app.before_request
    def begin():
        request_id.set(_id_for(request.headers.get("x-request-id", "")))

    @app.after_request
    def end(response):
        response.headers["x-request-id"] = request_id.get()
        ‹logger.info("%s %s: %s", request.method, request.path, response.status_code)›
        return response
'''
_LOGGER = 'logger = logging.getLogger("requests")\n'
_NAMED = "request_id: ContextVar"


def script_logger(typed: bool) -> str:
    """The module for Express, in TypeScript or JavaScript."""
    return _TYPES.sub(r"\1" if typed else "", _SCRIPT)


def python_logger(framework: str, *, tells_requests: bool = False) -> str:
    """The module for FastAPI or Flask. Where nothing else is logged, it writes a line for each request."""
    text = _PYTHON + (_FLASK if framework == "flask" else _FASTAPI)
    if tells_requests:
        return _MARKED.sub(r"\1\2\n", text.replace(_NAMED, f"{_LOGGER}{_NAMED}", 1))
    return _MARKED.sub("", text)
