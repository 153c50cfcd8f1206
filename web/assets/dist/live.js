const state = document.getElementById("state");
const events = new EventSource("events");
for (const kind of ["hello", "tick"]) events.addEventListener(kind, (e) => { state.textContent = e.data; });
