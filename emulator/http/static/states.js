// Marks a dispute in the pictures. The page itself knows how: it is fetched again, with the token in a header and never in an address.
const form = document.getElementById("mark");
const token = document.getElementById("token");
const dispute = document.getElementById("dispute");
const known = document.getElementById("disputes");
const unmark = document.getElementById("unmark");
const said = document.getElementById("said");
const plain = document.getElementById("plates");

const ask = (address, accept) =>
  fetch(address, { headers: { Accept: accept, Authorization: `Bearer ${token.value.trim()}` }, cache: "no-store", credentials: "omit" });

function show(plates) {
  document.getElementById("plates").replaceWith(plates);
  unmark.hidden = plates === plain;
}

// Whoever has given his token need not look up what his disputes are called.
async function suggest() {
  known.replaceChildren();
  const answer = token.value.trim() && (await ask("/v1/disputes?limit=100", "application/json").catch(() => null));
  if (!answer || !answer.ok) return;
  const options = (await answer.json()).data.map((one) => new Option(`${one.id}: ${one.status.replaceAll("_", " ")}`, one.id));
  known.replaceChildren(...options);
  if (options.length && !dispute.value) dispute.value = options[0].value;
}

async function mark() {
  const wanted = dispute.value.trim();
  said.textContent = "";
  if (!wanted || !token.value.trim()) {
    said.textContent = "Give a token, and a dispute that it may see.";
    return;
  }
  let answer;
  try {
    answer = await ask(`/docs/states?dispute=${encodeURIComponent(wanted)}`, "text/html");
  } catch {
    said.textContent = "The emulator does not answer.";
    return;
  }
  if (!answer.ok) {
    said.textContent = (await answer.json()).detail;
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  show(document.adoptNode(page.getElementById("plates")));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  mark();
});
token.addEventListener("change", suggest);
unmark.addEventListener("click", () => {
  said.textContent = "";
  show(plain);
});
form.hidden = false;
