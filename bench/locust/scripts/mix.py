# Each user says once, when it starts, of which class it is. mix.js is the same.
import os

from locust import HttpUser, constant, task

ALPHA, BETA, FIXED = (int(n) for n in os.environ["BENCH_MIX"].split(":"))


class Starter(HttpUser):
    abstract = True
    wait_time = constant(3600)

    def on_start(self):
        name = type(self).__name__
        self.client.get("/start?class=" + name, name=name)

    @task
    def idle(self):
        pass


class Alpha(Starter):
    weight = ALPHA


class Beta(Starter):
    weight = BETA


class Gamma(Starter):
    abstract = FIXED == 0
    fixed_count = FIXED
