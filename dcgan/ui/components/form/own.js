// Pictures of one's own: a zip is taken in, a set of the Hub fetched, and what is named is looked at. The server refuses all three to strangers.

const HUB = "hf:";
const LOOK_MS = 400; // between two questions how far something is

/** `onUpload()` hears that a zip is on its way, `onSource(path)` what is to be trained on, `onFound(examination)` what was found in it. */
function createOwnPictures(part, onUpload, onSource, onFound) {
  let ticket = 0; // counts what was asked for: only the newest is shown

  function tell(sentence, share = null) {
    part("own-message").textContent = sentence;
    part("own-progress").hidden = share === null;
    if (share !== null) part("own-progress").value = share;
  }

  function busy(isBusy) {
    part("choose").disabled = isBusy;
    part("fetch").disabled = isBusy || !part("path").value.trim().startsWith(HUB);
  }

  /** Begin an errand and wait for its end, telling how far it is; null when something newer was asked for. */
  async function errand(path, source) {
    const mine = ++ticket;
    const { errand: name } = await ask(`data/${path}`, { method: "POST", body: JSON.stringify({ source }) });
    while (mine === ticket && root.isConnected) {
      const { done, total, what, answer, error } = await ask(`data/errands/${encodeURIComponent(name)}`);
      if (mine !== ticket) return null;
      if (error) throw new Refusal(400, error);
      if (answer) return answer;
      tell(say(`doing_${path}`, { what, percent: number(total ? (100 * done) / total : 0) }), total ? done / total : 0);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return null;
  }

  async function look(source) {
    onFound(null);
    busy(false);
    ticket += 1;
    if (!source) return tell("");
    try {
      const found = await errand("look", source);
      if (found) {
        tell("");
        onFound(found);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) console.error(error);
      tell(source.startsWith(HUB) ? say("fetch_first") : ""); // what is wrong with a path, the plan says
    }
    return undefined;
  }

  async function fetchSet() {
    const source = part("path").value.trim();
    busy(true);
    tell(say("doing_fetch", { what: "", percent: number(0) }), 0);
    try {
      const fetched = await errand("fetch", source);
      if (fetched) onSource(fetched.source);
    } catch (error) {
      tell(error instanceof Refusal ? `${error.message}.` : say("lost"));
    }
    busy(false);
  }

  function send(file) {
    if (!file || part("choose").disabled) return;
    const request = new XMLHttpRequest(); // fetch tells nothing of an upload's progress
    request.open("POST", `${routes}/data?filename=${encodeURIComponent(file.name)}`);
    request.upload.onprogress = ({ loaded, total }) => tell(say("sending", { name: file.name, percent: number((100 * loaded) / total) }), loaded / total);
    request.onload = () => taken(request);
    request.onerror = () => tell(say("lost"));
    request.onloadend = () => busy(false);
    part("zip").value = ""; // so that the same file can be chosen again
    onUpload();
    busy(true);
    tell(say("sending", { name: file.name, percent: number(0) }), 0);
    request.send(file);
  }

  function taken(request) {
    let answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      // a proxy's page, not our answer
    }
    if (request.status === 200) onSource(answer.source);
    else tell(answer.error ? `${sayServed(answer.error)}.` : say("lost"));
  }

  function drag(event) {
    if (offer?.public !== false || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    root.classList.toggle("over", event.type === "dragover");
    if (event.type === "drop") send(event.dataTransfer.files[0]);
  }

  part("choose").addEventListener("click", () => part("zip").click());
  part("zip").addEventListener("change", () => send(part("zip").files[0]));
  part("fetch").addEventListener("click", fetchSet);
  part("path").addEventListener("input", () => busy(part("choose").disabled));
  for (const name of ["dragover", "dragleave", "drop"]) root.addEventListener(name, drag); // chosen or not: a zip is pictures of one's own
  return { look };
}
