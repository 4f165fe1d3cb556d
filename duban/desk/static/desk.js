// Pages work without this. With it, whoever comes back to a form with something wrong is led there.
"use strict";
(function () {
  var problem = document.getElementById("problem");
  if (problem) {
    problem.focus();
  }
  var name = document.getElementById("name");
  if (name && window.localStorage) {
    if (!name.value) {
      name.value = window.localStorage.getItem("duban-name") || "";
    }
    name.addEventListener("change", function () {
      window.localStorage.setItem("duban-name", name.value);
    });
  }
})();
