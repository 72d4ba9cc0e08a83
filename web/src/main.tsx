import { render } from "preact";
import { App } from "./app";
import "./style/tokens.css";
import "./style/base.css";
import "./style/frame.css";
import "./style/controls.css";
import "./style/run_form.css";
import "./style/setup.css";
import "./style/run.css";
import "./style/path.css";
import "./style/hops.css";
import "./style/graph.css";
import "./style/plot.css";
import "./style/lists.css";

const place = document.getElementById("app");
if (place !== null) render(<App />, place);
