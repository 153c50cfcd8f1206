# A user that cannot start. dead.js is the same.
from locust import HttpUser, task


class Dead(HttpUser):
    def on_start(self):
        raise RuntimeError("cannot start")

    @task
    def idle(self):
        pass
