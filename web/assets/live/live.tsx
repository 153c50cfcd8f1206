import { h, render } from "preact";
import { App } from "./app";
import { Session } from "./session";

render(<App s={new Session()} />, document.getElementById("app")!);
