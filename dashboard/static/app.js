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

  // A picture has a title, since it leaves the page: what is drawn, and of which period.
  const save = (file, title, note, width, height, paint) => {
    const colour = colours();
    const [margin, head, foot, ratio] = [16, 44, note ? 40 : 16, 2];
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil((width + 2 * margin) * ratio);
    canvas.height = Math.ceil((height + head + foot) * ratio);
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.fillStyle = colour("paper");
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.textBaseline = "middle";
    pen.font = `700 16px ${getComputedStyle(document.body).fontFamily}`;
    pen.fillStyle = colour("text");
    pen.fillText(title, margin, head / 2, width);
    pen.font = `400 13px ${getComputedStyle(document.body).fontFamily}`;
    pen.fillStyle = colour("quiet");
    pen.fillText(note, margin, head + height + foot / 2, width);
    pen.translate(margin, head);
    paint(pen);
    const picture = document.createElement("a");
    picture.href = canvas.toDataURL("image/png");
    picture.download = `${file}.png`;
    picture.click();
  };

  const period = () => document.querySelector(".chosen")?.textContent ?? "";

  const saveChart = (figure, chart) => {
    const [width, height] = [chart.getWidth(), chart.getHeight()];
    const title = [figure.querySelector(".drawing").getAttribute("aria-label"), period()].join(" · ");
    const note = [...figure.parentElement.querySelectorAll(":scope > .note")].map((one) => one.textContent).join(" ");
    save(figure.dataset.file, title, note, width, height, (pen) => pen.drawImage(chart.getRenderedCanvas({ pixelRatio: 2 }), 0, 0, width, height));
  };

  // Draws a table as it stands: the grounds of its cells, its bars, each word where it is.
  const saveTable = (files, card, table) => {
    const whole = table.getBoundingClientRect();
    const box = (rect) => [rect.left - whole.left, rect.top - whole.top, rect.width, rect.height];
    const paint = (pen) => {
      for (const cell of table.querySelectorAll("th, td")) {
        pen.fillStyle = getComputedStyle(cell).backgroundColor;
        pen.fillRect(...box(cell.getBoundingClientRect()));
      }
      for (const bar of table.querySelectorAll("svg.bar, svg.bar rect")) {
        pen.fillStyle = getComputedStyle(bar)[bar.tagName === "rect" ? "fill" : "backgroundColor"];
        pen.fillRect(...box(bar.getBoundingClientRect()));
      }
      const walk = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
      for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        if (node.parentElement.closest(".unseen")) continue;
        const style = getComputedStyle(node.parentElement);
        pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        pen.fillStyle = style.color;
        const write = (text, at) => {
          const range = document.createRange();
          range.setStart(node, at);
          range.setEnd(node, at + text.length);
          const [left, top, width, height] = box(range.getBoundingClientRect());
          // A word that the page breaks is written letter by letter.
          if (range.getClientRects().length > 1 && text.length > 1) [...text].reduce((place, letter) => (write(letter, place), place + letter.length), at);
          else if (width) pen.fillText(text, left, top + height / 2);
        };
        for (const word of node.data.matchAll(/\S+/g)) write(word[0], word.index);
      }
    };
    const of = card.querySelector(".of")?.textContent ?? period();
    const note = table.matches(".heat") ? card.querySelector(".note").textContent : "";
    save(files.dataset.picture, `${card.querySelector("h2").textContent} · ${of}`, note, whole.width, whole.height, paint);
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
    for (const note of figure.parentElement.querySelectorAll(".note.drawn")) note.hidden = false;
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
    const png = button(`↓ ${figure.dataset.png}`, null, () => saveChart(figure, chart));
    png.className = "png";
    png.setAttribute("aria-label", `${figure.dataset.png} ${figure.dataset.title}`);
    buttons.append(png);
    drawings.add({ chart, place, show });
    show();
  };

  // Tables with bars or shades are charts too.
  const offerPicture = (files) => {
    const card = files.closest(".card");
    const table = [...card.querySelectorAll("table")].find((one) => one.matches(".heat") || one.querySelector("svg.bar"));
    if (!table || files.querySelector(".png")) return;
    const png = button(`↓ ${files.dataset.png}`, null, () => saveTable(files, card, table));
    png.className = "file png";
    png.setAttribute("aria-label", `${files.dataset.png} ${card.querySelector("h2").textContent}`);
    files.append(png);
  };

  const drawAll = () => {
    for (const drawing of drawings) {
      if (drawing.place.isConnected) continue;
      drawing.chart.dispose();
      drawings.delete(drawing);
    }
    document.querySelectorAll("figure[data-chart]").forEach(draw);
    document.querySelectorAll(".files[data-picture]").forEach(offerPicture);
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
