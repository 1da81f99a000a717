// What starts a training may find another one on: then it is offered to pause that one, and to start after it.

/** Do `act(pause)`, the run to be paused "" at first; what stands in the way is said in `box`. Return whether it was done. */
async function makingWay(box, act, pause = "") {
  box.textContent = pause ? say("pausing", { run: pause }) : "";
  try {
    await act(pause);
    box.replaceChildren();
    return true;
  } catch (error) {
    const { may_pause: mayPause, on } = error.record ?? {};
    if (mayPause) box.replaceChildren(say("is_on", { run: on }), " ", pauseButton(() => makingWay(box, act, on)));
    else if (on) box.textContent = say("is_on_elsewhere", { run: on });
    else box.textContent = error instanceof Refusal ? `${error.message}.` : say("no_answer");
    return false;
  }
}

function pauseButton(act) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.part = "pause-and-start";
  button.textContent = say("pause_and_start");
  button.addEventListener("click", act);
  return button;
}
