// What the pages gain where scripts run: tables drawn as charts, charts saved as pictures. Every figure is in the tables already.
"use strict";

(() => {
  const drawings = new Set();

  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    return (name) => style.getPropertyValue(`--${name}`).trim();
  };

  // Reads what a table says: the headings of its rows, and each drawn column's numbers, null where one is not shown.
  const read = (table) => {
    const headings = [...table.tHead.rows[0].cells];
    const rows = [...table.tBodies[0].rows];
    const columns = headings
      .map((heading, place) => ({ key: heading.dataset.drawn, dashed: "dashed" in heading.dataset, name: heading.textContent.trim(), place }))
      .filter((column) => column.key);
    const number = (cell) => ("value" in cell.dataset ? Number(cell.dataset.value) : null);
    return {
      labels: rows.map((row) => row.cells[0].textContent.trim()),
      columns: columns.map((column) => ({ ...column, values: rows.map((row) => number(row.cells[column.place])) })),
    };
  };

  const options = (figure, found, key) => {
    const colour = colours();
    const shown = found.columns.filter((column) => column.key === key || column.key === `${key}_compared`);
    const many = found.labels.length > 40;
    const line = (column) => ({
      name: column.dashed ? figure.dataset.compared : column.name,
      type: "line",
      data: column.values,
      connectNulls: false,
      symbol: "circle",
      symbolSize: column.dashed || many ? 0 : 6,
      showSymbol: !column.dashed,
      smooth: 0.15,
      lineStyle: { width: column.dashed ? 2 : 3, type: column.dashed ? [5, 5] : "solid" },
      itemStyle: { color: colour(column.dashed ? "series-2" : "series-1") },
      areaStyle: column.dashed ? undefined : { opacity: 0.09 },
      z: column.dashed ? 1 : 2,
    });
    const text = (value) => (value === null || value === undefined ? figure.dataset.gap : Number(value).toLocaleString(document.documentElement.lang));
    return {
      aria: { enabled: true },
      animationDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 350,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 14, top: 16, bottom: 4, containLabel: true },
      xAxis: {
        type: "category",
        data: found.labels,
        boundaryGap: false,
        axisLine: { lineStyle: { color: colour("line") } },
        axisTick: { show: false },
        axisLabel: { color: colour("quiet"), fontSize: 12, hideOverlap: true },
      },
      yAxis: {
        type: "value",
        min: 0,
        minInterval: 1,
        splitNumber: 4,
        splitLine: { lineStyle: { color: colour("line") } },
        axisLabel: { color: colour("quiet"), fontSize: 12 },
      },
      tooltip: {
        trigger: "axis",
        renderMode: "richText",
        confine: true,
        backgroundColor: colour("paper"),
        borderColor: colour("line"),
        textStyle: { color: colour("text"), fontSize: 13 },
        formatter: (points) => [points[0].axisValue, ...points.map((point) => `${point.seriesName}  ${text(point.value)}`)].join("\n"),
      },
      series: shown.map(line),
    };
  };

  const save = (figure, chart) => {
    const picture = document.createElement("a");
    picture.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: colours()("paper") });
    picture.download = `${figure.dataset.file}.png`;
    picture.click();
  };

  const button = (text, pressed, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    if (pressed !== null) made.setAttribute("aria-pressed", String(pressed));
    made.addEventListener("click", act);
    return made;
  };

  const draw = (figure) => {
    const table = figure.querySelector("table");
    if (!table || figure.querySelector(".drawing") || !window.echarts) return;
    const found = read(table);
    const main = found.columns.filter((column) => !column.dashed);
    let key = (main.find((column) => column.values.some((value) => value !== null)) || main[0]).key;
    const place = document.createElement("div");
    place.className = "drawing";
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", figure.dataset.title);
    const buttons = document.createElement("div");
    buttons.className = "buttons";
    buttons.setAttribute("role", "group");
    buttons.setAttribute("aria-label", figure.dataset.which);
    figure.prepend(buttons, place);
    figure.querySelector("details").open = false;
    const chart = window.echarts.init(place);
    const show = () => {
      chart.setOption(options(figure, found, key), true);
      place.setAttribute("aria-label", `${figure.dataset.title}: ${main.find((column) => column.key === key).name}`);
    };
    for (const column of main) {
      buttons.append(
        button(column.name, column.key === key, (event) => {
          key = column.key;
          for (const other of buttons.querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", String(other === event.currentTarget));
          show();
        }),
      );
    }
    const png = button(figure.dataset.png, null, () => save(figure, chart));
    png.className = "png";
    png.setAttribute("aria-label", `${figure.dataset.png} ${figure.dataset.title}`);
    buttons.append(png);
    drawings.add({ chart, place, show });
    show();
  };

  const drawAll = () => {
    for (const drawing of drawings) {
      if (drawing.place.isConnected) continue;
      drawing.chart.dispose();
      drawings.delete(drawing);
    }
    document.querySelectorAll("figure[data-chart]").forEach(draw);
    document.querySelector('.pages [aria-current]')?.scrollIntoView({ block: "nearest", inline: "center" });
  };

  const again = () => drawings.forEach((drawing) => drawing.show());

  const busy = (is) => {
    const place = document.getElementById("busy");
    place.classList.toggle("htmx-request", is);
    place.textContent = "";
    if (is) place.append(Object.assign(document.createElement("span"), { className: "unseen", textContent: place.dataset.says }));
  };

  document.addEventListener("DOMContentLoaded", drawAll);
  document.addEventListener("htmx:afterSettle", drawAll);
  // htmx notes the present path here; nothing of a reader stays in the browser.
  for (const event of ["htmx:afterSettle", "htmx:pushedIntoHistory", "htmx:historyRestore"]) {
    document.addEventListener(event, () => sessionStorage.removeItem("htmx-current-path-for-history"));
  }
  document.addEventListener("htmx:beforeRequest", () => busy(true));
  document.addEventListener("htmx:afterRequest", () => busy(false));
  // An error's answer is a whole page: it is shown as one.
  document.addEventListener("htmx:responseError", (event) => location.assign(event.detail.pathInfo.finalRequestPath));
  document.addEventListener("htmx:sendError", (event) => location.assign(event.detail.pathInfo.finalRequestPath));
  window.addEventListener("resize", () => drawings.forEach((drawing) => drawing.chart.resize()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  window.addEventListener("beforeprint", () => document.querySelectorAll("figure[data-chart] details").forEach((details) => { details.open = true; }));
})();
