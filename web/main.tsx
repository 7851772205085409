/** The entry of the page. */
import { render } from "preact";
import { App } from "./views/app.tsx";
import { keepHistory } from "./views/room_history.ts";
import { open } from "./state/session.ts";
import { askBeforeLeaving } from "./state/leaving.ts";
import { installOffline } from "./state/offline.ts";

render(<App />, document.querySelector("#app")!);
keepHistory();
askBeforeLeaving();
const served = document.querySelector<HTMLMetaElement>("meta[name=wgrad-data]")?.content;
if (served) void open({ kind: "served", address: new URL(served, document.baseURI).href });
installOffline();
