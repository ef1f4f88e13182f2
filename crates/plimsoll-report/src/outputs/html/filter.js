(function () {
  "use strict";
  var bar = document.querySelector(".filter");
  if (bar) {
    var search = bar.querySelector("input[type=search]");
    var boxes = Array.from(bar.querySelectorAll("input[type=checkbox]"));
    var shown = bar.querySelector(".shown");
    var packages = Array.from(document.querySelectorAll("details.package"));
    var total = document.querySelectorAll("details.package article").length;
    // A severity that nothing has needs no box.
    boxes = boxes.filter(function (box) {
      var used = document.querySelector('article[data-severity="' + box.value + '"]');
      if (!used) { box.parentElement.remove(); }
      return used;
    });
    var apply = function () {
      var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      var wanted = boxes.filter(function (box) { return box.checked; });
      wanted = wanted.map(function (box) { return box.value; });
      var count = 0;
      packages.forEach(function (pack) {
        var head = pack.querySelector("summary").textContent.toLowerCase();
        var any = false;
        pack.querySelectorAll("article").forEach(function (article) {
          var text = head + " " + article.textContent.toLowerCase();
          var show = wanted.includes(article.dataset.severity) &&
            words.every(function (word) { return text.includes(word); });
          article.hidden = !show;
          if (show) { any = true; count += 1; }
        });
        pack.hidden = !any;
        var more = pack.querySelector("details.more");
        if (more) {
          more.hidden = !more.querySelector("article:not([hidden])");
          if (words.length) { more.open = true; }
        }
      });
      shown.textContent = count === total ? "" : count + " of " + total + " shown";
    };
    search.addEventListener("input", apply);
    boxes.forEach(function (box) { box.addEventListener("change", apply); });
    bar.hidden = false;
  }
  var reveal = function () {
    var at = location.hash && document.getElementById(location.hash.slice(1));
    if (!at || !at.closest("details")) { return; }
    for (var fold = at.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      fold.open = true;
    }
    at.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();
  addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (fold) { fold.open = true; });
  });
})();
