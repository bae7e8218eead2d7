// The chart library with its style sheet, as one piece that is loaded when it is needed.
import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';

export { uPlot };
