import "./style/main.css";
import { render } from "preact";
import { App } from "./app";
import { startClock } from "./state/clock";
import { followStudy } from "./state/current-study";
import { followLinks } from "./state/route";
import { followServer } from "./state/server";
import { followTheme } from "./state/settings";

followTheme();
followLinks();
startClock();
followServer();
followStudy();
render(<App />, document.getElementById("app") as HTMLElement);
