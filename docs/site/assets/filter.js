// The filters of the table of differentiable operations. Everything is in the page; nothing is fetched.
(function () {
  function start() {
    var table = document.getElementById("tfg-table");
    if (!table) return;
    var name = document.getElementById("tfg-name");
    var kind = document.getElementById("tfg-kind");
    var version = document.getElementById("tfg-version");
    var count = document.getElementById("tfg-count");
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);

    function has(row, what, word) {
      return !word || (" " + row.dataset[what] + " ").indexOf(" " + word + " ") >= 0;
    }

    function filter() {
      var words = name.value.toLowerCase().split(/\s+/).filter(Boolean);
      var shown = 0;
      rows.forEach(function (row) {
        var fits = has(row, "kinds", kind.value) && has(row, "versions", version.value) &&
          words.every(function (word) { return row.dataset.names.indexOf(word) >= 0; });
        row.hidden = !fits;
        if (fits) shown += 1;
      });
      count.textContent = shown + " of " + rows.length;
    }

    [name, kind, version].forEach(function (control) { control.addEventListener("input", filter); });
    // What a link asks for: differentiable.html?name=floor
    var asked = new URLSearchParams(location.search);
    name.value = asked.get("name") || "";
    kind.value = asked.get("outcome") || "";
    version.value = asked.get("version") || "";
    filter();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
