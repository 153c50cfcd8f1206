from locust import FastHttpUser, HttpUser, between, constant


def get(user):
    if user.client.get("/").status_code != 200:
        raise RuntimeError("the status is not 200")


class RequestsGet(HttpUser):
    wait_time = constant(0)
    tasks = [get]


class FastGet(FastHttpUser):
    wait_time = constant(0)
    tasks = [get]


class RequestsThink(HttpUser):
    wait_time = between(5, 9)
    tasks = [get]


class FastThink(FastHttpUser):
    wait_time = between(5, 9)
    tasks = [get]
