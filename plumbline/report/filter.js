"use strict";
(function () {
  var form = document.getElementById("filter");
  if (!form) { return; }
  var text = form.querySelector("input[type=search]");
  var choice = form.querySelector("select");
  var count = form.querySelector("output");
  var entries = Array.prototype.slice.call(document.querySelectorAll("[data-group]"));
  // On the page of a paper each claim is a row and an article; on the first page a row alone.
  var counted = document.querySelector("article[data-group]") ? "ARTICLE" : "TR";
  var claims = entries.filter(function (entry) { return entry.tagName === counted; }).length;

  function apply() {
    var words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    var wanted = choice.value;
    var shown = 0;
    entries.forEach(function (entry) {
      var here = entry.getAttribute("data-text");
      var keep = (!wanted || entry.getAttribute("data-group") === wanted) &&
        words.every(function (word) { return here.indexOf(word) >= 0; });
      entry.hidden = !keep;
      if (keep && entry.tagName === counted) { shown += 1; }
    });
    var filtered = words.length > 0 || wanted !== "";
    document.body.classList.toggle("filtered", filtered);
    count.textContent = filtered ? shown + " of " + claims + " claims" : "";
  }

  function read() {
    var hash = location.hash.slice(1);
    if (!/^(q|standing)=/.test(hash)) { return false; }
    var query = new URLSearchParams(hash);
    text.value = query.get("q") || "";
    choice.value = query.get("standing") || "";
    if (choice.selectedIndex < 0) { choice.value = ""; }
    return true;
  }

  function remember() {
    var query = new URLSearchParams();
    if (text.value) { query.set("q", text.value); }
    if (choice.value) { query.set("standing", choice.value); }
    try { history.replaceState(null, "", "#" + query.toString()); } catch (error) { /* not from a file */ }
  }

  function reveal() {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.hidden) { text.value = ""; choice.value = ""; apply(); target.scrollIntoView(); }
  }

  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () { setTimeout(function () { apply(); remember(); }, 0); });
  form.addEventListener("input", function () { apply(); remember(); });
  window.addEventListener("hashchange", function () { if (read()) { apply(); } else { reveal(); } });
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (part) { part.open = true; });
  });
  if (read()) { apply(); }
})();
