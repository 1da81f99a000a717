// plotly.js, from our own server.

/** Load plotly.js from our own server, once a page. */
function loadPlotly() {
  return (window.dcganPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${routes}/plotly.min.js?v=${PLOTLY_VERSION}`;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      script.remove();
      window.dcganPlotly = undefined; // the next poll tries again
      reject(new Error("plotly.js did not load"));
    };
    document.head.append(script);
  }));
}

function debounced(act, milliseconds) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}
