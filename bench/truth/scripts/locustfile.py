import os

from locust import FastHttpUser, HttpUser, constant, constant_throughput, task

rate = float(os.environ["RATE"])  # of each user; 0 is as fast as can be


class Requests(HttpUser):
    wait_time = constant_throughput(rate) if rate else constant(0)

    @task
    def get(self):
        self.client.get("/")


class Fast(FastHttpUser):
    wait_time = constant_throughput(rate) if rate else constant(0)

    @task
    def get(self):
        self.client.get("/")
