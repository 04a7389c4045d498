/** LineTo and Polyline: solid lines, one pixel wide, without their last pixel, as GDI draws them. */
import { union, type Rectangle } from '../../picture/rectangle.js';
import { OPAQUE } from '../colors.js';
import { decodeDeltaPoints, type Point } from '../primary/delta-points.js';
import type { LineTo } from '../primary/line-to.js';
import type { Polyline } from '../primary/polyline.js';
import { rasterOperation, rop3OfRop2 } from '../raster-operations.js';
import type { Drawing } from './drawing.js';

export function drawLineTo(order: LineTo, drawing: Drawing): void {
  const [start, end] = endsOf(order);
  drawLine(start, end, rop3OfRop2(order.bRop2, 'LineTo'), drawing.color(order.penColor), drawing);
}

export function drawPolyline(order: Polyline, drawing: Drawing): void {
  const rop = rop3OfRop2(order.bRop2, 'Polyline');
  const color = drawing.color(order.penColor);
  let last: Point = { x: order.xStart, y: order.yStart };
  for (const point of decodeDeltaPoints(order.codedDeltaList, order.numDeltaEntries, last)) {
    drawLine(last, point, rop, color, drawing);
    last = point;
  }
}

/** The smallest area with the whole line. */
export function areaOfLine(order: LineTo): Rectangle {
  return areaBetween(...endsOf(order));
}

/** The same of all lines; of none, when the points cannot be read. */
export function areaOfPolyline(order: Polyline): Rectangle | null {
  const start = { x: order.xStart, y: order.yStart };
  try {
    const points = decodeDeltaPoints(order.codedDeltaList, order.numDeltaEntries, start);
    return points.map((point) => areaBetween(start, point)).reduce(union, areaBetween(start, start));
  } catch {
    return null;
  }
}

function endsOf(order: LineTo): [Point, Point] {
  return [
    { x: order.nXStart, y: order.nYStart },
    { x: order.nXEnd, y: order.nYEnd },
  ];
}

function areaBetween(a: Point, b: Point): Rectangle {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return { x, y, width: Math.abs(a.x - b.x) + 1, height: Math.abs(a.y - b.y) + 1 };
}

/** Bresenham's line: each step goes along the longer side, and along the other one when the error says so. */
function drawLine(start: Point, end: Point, rop: number, color: number, drawing: Drawing): void {
  const dx = Math.abs(end.x - start.x);
  const dy = Math.abs(end.y - start.y);
  const stepX = Math.sign(end.x - start.x);
  const stepY = Math.sign(end.y - start.y);
  const operation = rasterOperation(rop);
  const { words, width } = drawing.framebuffer;
  const steps = Math.max(dx, dy);
  const paint = (inside: Rectangle): void => {
    let { x, y } = start;
    let error = dx - dy;
    for (let step = 0; step < steps; step += 1) {
      if (x >= inside.x && y >= inside.y && x < inside.x + inside.width && y < inside.y + inside.height) {
        const at = y * width + x;
        words[at] = operation(color, 0, words[at] as number) | OPAQUE;
      }
      const twice = 2 * error;
      if (twice > -dy) {
        error -= dy;
        x += stepX;
      }
      if (twice < dx) {
        error += dx;
        y += stepY;
      }
    }
  };
  drawing.change(areaBetween(start, end), paint, steps);
}
