"""Writes dispatch.json: the order in which Locust itself starts and stops
users. Run with Locust installed (made with 2.47): python dispatch.py > dispatch.json

Each case is a list of classes and of goals; the events of a goal are the names
of the classes started, or stopped if there is a "-" before. Long lists of
events are kept as their number and the SHA-256 of the names, each with a "\\n".
"""

import hashlib
import json

from locust import User, dispatch
from locust.runners import WorkerNode

dispatch.gevent.sleep = lambda *args: None


def user_class(name, weight, fixed):
    return type(name, (User,), {"weight": weight, "fixed_count": fixed})


def run(classes, goals):
    made = {name: user_class(name, weight, fixed) for name, weight, fixed in classes}
    usable = [c for c in made.values() if c.weight > 0 or c.fixed_count > 0]  # as Environment does
    d = dispatch.UsersDispatcher([WorkerNode("local")], usable)
    out = []
    for users, only in goals:
        d.new_dispatch(users, 1 if users < 1000 else 1000, [made[n] for n in only] if only else None)
        events, before = [], list(d._active_users)
        for _ in d:
            now = list(d._active_users)
            events += ["-" + n for _, n in reversed(before[len(now):])]
            events += [n for _, n in now[len(before):]]
            before = now
        goal = {"users": users, "only": only or []}
        if len(events) > 1000:
            text = "".join(e + "\n" for e in events)
            goal["count"], goal["sha256"] = len(events), hashlib.sha256(text.encode()).hexdigest()
        else:
            goal["events"] = " ".join(events)
        out.append(goal)
    return {"classes": [{"name": n, "weight": w, "fixed": f} for n, w, f in classes], "goals": out}


A, B, C, D = "ApiUser", "Buyer", "Cron", "admin"
CASES = [
    ([(A, 1, 0)], [(7, None)]),
    ([(A, 5, 0), (B, 1, 0)], [(40, None)]),
    ([(A, 3, 0), (B, 1, 0)], [(40, None)]),
    ([(B, 3, 0), (A, 1, 0)], [(40, None)]),
    ([(A, 1, 0), (B, 1, 0), (C, 1, 0)], [(20, None)]),
    ([(A, 3, 0), (B, 1, 0), (C, 0, 2)], [(10, None)]),
    ([(A, 0.5, 0), (B, 1.5, 0), (C, 2.25, 0)], [(120, None)]),
    ([(A, 0.1, 0), (B, 0.2, 0), (C, 0.7, 0)], [(200, None)]),
    ([(A, 0, 3), (B, 0, 1), (C, 0, 2), (D, 1, 0)], [(20, None)]),
    ([(A, 0, 30), (B, 0, 10)], [(15, None), (25, None), (60, None)]),
    ([(A, 0, 2), (B, 0, 2)], [(10, None), (2, None), (10, None)]),
    ([(A, 0, 0), (B, 2, 0), (C, 3, 0)], [(30, None)]),
    ([(A, 5, 2), (B, 1, 0)], [(12, None)]),
    ([(A, 3, 0), (B, 1, 0), (C, 0, 2)], [(10, None), (4, None), (12, None), (0, None), (9, None)]),
    ([(A, 3, 0), (B, 1, 0), (C, 0, 5)], [(3, None), (1, None), (12, None)]),
    ([(A, 3, 0), (B, 1, 0), (C, 1, 0)], [(10, None), (20, [A, C]), (25, None), (5, None), (30, [B, A, C])]),
    ([(A, 3, 0), (B, 1, 0), (C, 0, 4)], [(6, [A]), (12, [A, C]), (8, [C]), (20, [C]), (30, [A, B, C])]),
    ([(A, 3, 0), (B, 1, 0), (C, 0, 6)], [(3, None), (10, [B, C]), (5, None), (14, None)]),
    ([(A, 3, 0), (B, 1, 0)], [(3, None), (6, [B, A]), (9, [A, B]), (11, [A]), (15, [A, B])]),
    ([(A, 2e17, 0), (B, 1e17, 0)], [(5, None)]),
    ([(A, 1000, 0), (B, 1, 0)], [(5000, None)]),
    ([(A, 7, 0), (B, 5, 0), (C, 3, 0), (D, 2, 0)], [(100000, None)]),
    ([(A, 3, 0), (B, 1, 0)], [(200000, None), (100, None), (300, None)]),
    ([(A, 1 / 3, 0), (B, 2 / 3, 0), (C, 3.14159, 0), (D, 1e-3, 0)], [(100000, None)]),
]

print("[")
print(",\n".join(json.dumps(run(*case)) for case in CASES))
print("]")
