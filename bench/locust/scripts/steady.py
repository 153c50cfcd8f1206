# Each user calls BENCH_FIRST and /slow in turn, BENCH_WAIT seconds apart, until the run ends. steady.js is the same.
import os

from locust import HttpUser, SequentialTaskSet, constant, task

FIRST = os.environ["BENCH_FIRST"]


class Turns(SequentialTaskSet):
    wait_time = constant(float(os.environ["BENCH_WAIT"]))

    @task
    def first(self):
        self.client.get(FIRST)

    @task
    def slow(self):
        self.client.get("/slow")


class Steady(HttpUser):
    tasks = [Turns]
