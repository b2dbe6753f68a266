// Reads the values under the pointer out of every panel of a figure. The report is whole without it.
for (const svg of document.querySelectorAll('svg.levee')) {
  const make = (name, attributes, parent) => {
    const node = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    return parent.appendChild(node);
  };
  const panels = [...svg.querySelectorAll('.panel')].map(group => {
    const [left, right, top, bottom, low, high] =
      ['left', 'right', 'top', 'bottom', 'low', 'high'].map(key => Number(group.dataset[key]));
    const traces = [...group.querySelectorAll('.trace')].map(trace => ({
      tone: trace.dataset.tone,
      values: trace.dataset.values.split(';').filter(pair => pair).map(pair => pair.split(',').map(Number)),
    }));
    return {
      left, right, top, bottom, low, high, traces,
      abscissa: group.dataset.abscissa,
      cross: make('line', { class: 'cross', y1: top, y2: bottom, visibility: 'hidden' }, group),
      unit: group.querySelector('.unit'),
      text: make('text', { class: 'label', x: right, y: top - 10, 'text-anchor': 'end' }, group),
    };
  });
  const clear = () => panels.forEach(panel => {
    panel.cross.setAttribute('visibility', 'hidden');
    panel.unit?.setAttribute('visibility', 'visible');
    panel.text.replaceChildren();
  });
  svg.addEventListener('pointerleave', clear);
  svg.addEventListener('pointermove', event => {
    const scale = svg.viewBox.baseVal.width / svg.getBoundingClientRect().width;
    const x = (event.clientX - svg.getBoundingClientRect().left) * scale;
    const under = panels.find(panel => !(panel.left > x || x > panel.right));
    if (!under) return clear();
    const share = (x - under.left) / (under.right - under.left);
    for (const panel of panels) {
      const at = panel.low + share * (panel.high - panel.low);
      const place = panel.left + share * (panel.right - panel.left);
      panel.cross.setAttribute('x1', place);
      panel.cross.setAttribute('x2', place);
      panel.cross.setAttribute('visibility', 'visible');
      panel.unit?.setAttribute('visibility', 'hidden');
      panel.text.replaceChildren();
      make('tspan', { class: 'muted' }, panel.text).textContent = panel.abscissa + ' ' + Math.round(at);
      for (const trace of panel.traces) {
        if (!trace.values.length) continue;
        const [, y] = trace.values.reduce((a, b) => Math.abs(a[0] - at) > Math.abs(b[0] - at) ? b : a);
        make('tspan', { class: 'f' + trace.tone, dx: 8 }, panel.text).textContent = Number(y.toPrecision(3));
      }
    }
  });
}
