// What the dashboard draws with: lines on a grid, on a canvas. `README.md` says how this becomes echarts.min.js.
import { init, use } from "echarts/core";
import { LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

use([LineChart, AriaComponent, GridComponent, TooltipComponent, CanvasRenderer]);

export { init };
