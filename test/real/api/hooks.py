"""What a generator of requests cannot wait for, and must not do to the machine that it runs on."""

import re

import schemathesis

MOST_SERVERS, MOST_INSTANCES = 4, 1000


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.operation.path == "/v1/events":
        end_stream(case)
    elif isinstance(case.body, dict) and MOST_SERVERS < servers(case.body) <= MOST_INSTANCES:
        nobodys(case)


def end_stream(case):
    """A stream that is followed has no end: what is known by now is asked for, where all else is as it should be."""
    query = dict(case.query or {})
    if query.get("follow", True) in (True, "true"):
        case.query = {**query, "follow": "false"}


def servers(body):
    """How many are to run: by number, or by a range of ports."""
    port, count = body.get("port"), body.get("instances")
    ends = re.fullmatch(r"(\d{1,5})-(\d{1,5})", port, re.ASCII) if isinstance(port, str) else None
    if ends:
        return int(ends[2]) - int(ends[1]) + 1
    return count if isinstance(count, (int, float)) else 0


def nobodys(case):
    """Hundreds of servers: the same order, to an app that is not there."""
    name = case.body.get("name")
    if isinstance(name, str) and 0 < len(name) <= 300:
        case.body = {**case.body, "name": "nobody"}
