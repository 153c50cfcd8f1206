# scripts/scene_1.js as a locustfile.
from locust import HttpUser, between, task


class ApiUser(HttpUser):
    wait_time = between(5, 9)

    @task
    def home(self):
        self.client.get("/")

    @task
    def volatile(self):
        self.client.get("/volatile")
