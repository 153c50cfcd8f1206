# Each user goes through the tasks in this order CYCLES times, WAIT seconds apart, and then idles until the run ends:
# the counts are fixed. same.js is the same in JavaScript; keep the two line by line alike.
import os

from locust import HttpUser, SequentialTaskSet, task

CYCLES = int(os.environ["BENCH_CYCLES"])
WAIT = float(os.environ["BENCH_WAIT"])
TIMES = [0.4, 1.5, 12.3456, 145.2, 995.4, 12345.6, 30000.7]


class Cycle(SequentialTaskSet):
    left = CYCLES

    def wait_time(self):
        return WAIT if self.left > 0 else 3600

    def send(self, name, time, error=None):
        self.user.environment.events.request.fire(
            request_type="WS", name=name, response_time=time, response_length=10, exception=error, context={})

    @task
    def ok(self):
        self.client.get("/ok?id=1,2")

    @task
    def slow(self):
        self.client.get("/slow")

    @task
    def quoted(self):
        self.client.get("/ok", name='/ok "quoted", comma')

    @task
    def missing(self):
        self.client.get("/404")

    @task
    def broken(self):
        self.client.post("/500", json={"a": 1})

    @task
    def fine(self):
        with self.client.get("/404", name="/404 is fine", catch_response=True) as r:
            r.success()

    @task
    def caught(self):
        with self.client.get("/ok", name="/caught", catch_response=True) as r:
            r.failure('Got wrong, response\nline2 "q"')

    @task
    def apostrophe(self):
        with self.client.get("/ok", name="it's here", catch_response=True) as r:
            r.failure("it's \"both\" \\ and a tab\t")

    @task
    def redirected(self):
        self.client.get("/redir")

    @task
    def accents(self):
        self.client.get("/ok", name="/café ☕")

    @task
    def head(self):
        self.client.head("/ok")

    @task
    def refused(self):
        self.client.get("http://127.0.0.1:1/", name="/refused")

    @task
    def reported(self):
        for time in TIMES:
            self.send("fractions", time)
        self.send("whole", 7)
        self.send("untimed", None)

    @task
    def boom(self):
        raise RuntimeError('oh no, "boom"')

    @task
    def bang(self):
        self.left -= 1
        raise RuntimeError("bang")


class Same(HttpUser):
    tasks = [Cycle]
