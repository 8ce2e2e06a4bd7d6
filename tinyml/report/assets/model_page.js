'use strict';
const model = JSON.parse(document.getElementById('model').textContent);
const details = document.getElementById('details');
const number = (value) => value.toLocaleString('en-US');
const bytes = (value) => value < 1024 ? `${value} bytes` : `${(value / 1024).toFixed(1)} KB`;
const share = (part, whole) => whole > 0 ? ` (${(100 * part / whole).toFixed(1)} %)` : '';

function quantization(tensor) {
  const found = tensor.quantization;
  if (!found) return '';
  if (found.scales) return `, ${found.scales} scales along axis ${found.axis}`;
  return `, scale ${Number(found.scale.toPrecision(7))}, zero point ${found.zero_point}`;
}

const tensor = (each) =>
  `${each.dtype} ${each.shape.join('x') || 'scalar'}, ${bytes(each.bytes)}${quantization(each)}`;

function add(list, name, value, kind) {
  const term = list.appendChild(document.createElement('dt'));
  term.textContent = name;
  if (kind === 'group') { term.className = 'group'; return; }
  const text = list.appendChild(document.createElement('dd'));
  text.textContent = value;
  if (kind) text.className = kind;
}

function addTensors(list, title, tensors) {
  if (tensors.length) add(list, title, '', 'group');
  for (const each of tensors) {
    const from = title === 'reads' && each.from_layer !== undefined ? `from ${each.from_layer}` : '';
    add(list, each.variable ? 'variable' : from, `${each.name}: ${tensor(each)}`);
  }
}

function show(index) {
  const layer = model.layers[index];
  details.replaceChildren();
  const title = details.appendChild(document.createElement('h3'));
  title.textContent = `${index}  ${layer.op}`;
  const list = details.appendChild(document.createElement('dl'));
  add(list, 'name', layer.name);
  for (const [name, value] of Object.entries(layer.attributes)) add(list, name, value);
  if (layer.macs) add(list, 'MACs', number(layer.macs) + share(layer.macs, model.macs));
  if (layer.parameters) {
    add(list, 'parameters', `${number(layer.parameters)}, ${bytes(layer.weight_bytes)}${share(layer.weight_bytes, model.weight_bytes)}`);
  }
  add(list, 'output', bytes(layer.activation_bytes));
  add(list, 'RAM in use', bytes(layer.ram_bytes) + (index === model.ram.peak_layer ? ', the peak' : ''));
  if (layer.obstacle) add(list, 'no kernel', layer.obstacle, 'warn');
  for (const each of model.advice) if (each.layer === index) add(list, 'advice', `${each.what}: ${each.to_do}`, 'warn');
  addTensors(list, 'reads', layer.inputs);
  addTensors(list, 'weights', layer.weights);
  addTensors(list, 'writes', layer.outputs);
}

let chosen = null;
function choose(index, scroll) {
  for (const each of document.querySelectorAll('.chosen')) each.classList.remove('chosen');
  for (const each of document.querySelectorAll(`[data-layer="${index}"]`)) {
    each.classList.add('chosen');
    if (scroll && each.classList.contains('node')) each.scrollIntoView({block: 'center', behavior: 'smooth'});
  }
  for (const edge of document.querySelectorAll('.edge')) {
    edge.classList.toggle('lit', edge.dataset.from === String(index) || edge.dataset.to === String(index));
  }
  chosen = index;
  show(index);
}

for (const each of document.querySelectorAll('[data-layer]')) {
  const index = Number(each.dataset.layer);
  each.addEventListener('click', (event) => { event.preventDefault(); choose(index, !each.classList.contains('node')); });
  if (each.classList.contains('link')) continue;
  each.addEventListener('mouseenter', () => show(index));
  each.addEventListener('mouseleave', () => { if (chosen !== null) show(chosen); });
  each.addEventListener('focus', () => show(index));
}
document.addEventListener('keydown', (event) => {
  const step = {ArrowDown: 1, ArrowUp: -1, Enter: 0}[event.key];
  const at = document.activeElement;
  if (step === undefined || !at || !at.classList.contains('node')) return;
  const index = Number(at.dataset.layer ?? -1) + step;
  const next = document.querySelector(`.node[data-layer="${index}"]`);
  if (!next) return;
  event.preventDefault();
  next.focus();
  choose(index, true);
});
document.querySelector('.theme').addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
});
if (model.layers.length) choose(Math.max(model.ram.peak_layer, 0), false);
