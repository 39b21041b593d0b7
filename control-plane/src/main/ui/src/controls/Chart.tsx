import { useEffect, useId, useRef, useState } from 'react';
import { usePreferences, useSystemDark } from '../shell/preferences';
import { DataTable } from './DataTable';

export interface Series {
  name: string;
  values: (number | null)[];
}

/** The colours of the page, in the theme that it has now. */
function ink(of: HTMLElement, name: string): string {
  return getComputedStyle(of).getPropertyValue(name).trim();
}

const DASHES = ['solid', 'dashed', 'dotted'] as const;

/** Lines or bars over the same places; the same figures are there as a table, too. */
export function Chart(props: {
  title: string;
  places: string[];
  series: Series[];
  write: (value: number | null) => string;
  kind?: 'line' | 'bar';
  placeName?: string;
}) {
  const { title, places, series, write, kind = 'line' } = props;
  const canvas = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<(typeof import('./echarts'))['init']>>(undefined);
  const heading = useId();
  const [asTable, setAsTable] = useState(false);
  const [drawn, setDrawn] = useState(0);
  const { theme } = usePreferences();
  const isSystemDark = useSystemDark();
  const isEmpty = series.every((one) => one.values.every((value) => value === null));

  useEffect(() => {
    const place = canvas.current;
    if (asTable || !place) return;
    let gone = false;
    const resized = new ResizeObserver(() => chart.current?.resize());
    void import('./echarts').then(({ init }) => {
      if (gone) return;
      chart.current = init(place);
      resized.observe(place);
      setDrawn((times) => times + 1);
    });
    return () => {
      gone = true;
      resized.disconnect();
      chart.current?.dispose();
      chart.current = undefined;
    };
  }, [asTable, isEmpty]);

  useEffect(() => {
    const place = canvas.current;
    if (!chart.current || !place) return;
    const soft = ink(place, '--soft');
    const line = ink(place, '--line');
    chart.current.setOption(
      {
        animation: false,
        aria: { enabled: true, label: { description: `${title}. The button above shows the figures as a table.` } },
        color: ['--accent', '--warn', '--busy'].map((name) => ink(place, name)),
        grid: { left: 8, right: 22, top: 14, bottom: series.length > 1 ? 30 : 4, containLabel: true },
        tooltip: {
          trigger: 'axis',
          renderMode: 'richText', // HTML would carry styles that the page's policy refuses
          backgroundColor: ink(place, '--card'),
          borderColor: line,
          textStyle: { color: ink(place, '--ink'), fontSize: 12 },
          valueFormatter: (value: unknown) => write(typeof value === 'number' ? value : null),
        },
        legend: series.length > 1 ? { bottom: 0, textStyle: { color: soft }, itemHeight: 8 } : { show: false },
        xAxis: { type: 'category', data: places, boundaryGap: kind === 'bar', axisLabel: { color: soft, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } },
        yAxis: { type: 'value', min: 0, splitNumber: 3, axisLabel: { color: soft, formatter: write }, splitLine: { lineStyle: { color: line } } },
        series: series.map((one, index) => ({
          name: one.name,
          type: kind,
          data: one.values,
          showSymbol: one.values.filter((value) => value !== null).length < 3,
          showAllSymbol: true,
          symbolSize: 6,
          barMaxWidth: 38,
          lineStyle: { width: 2, type: DASHES[index % DASHES.length] },
          areaStyle: kind === 'line' && series.length === 1 ? { opacity: 0.1 } : undefined,
        })),
      },
      { notMerge: true },
    );
  }, [title, places, series, write, kind, drawn, theme, isSystemDark]);

  return (
    <section className="chart" aria-labelledby={heading}>
      <header>
        <h3 id={heading}>{title}</h3>
        <button type="button" className="quiet small" onClick={() => setAsTable(!asTable)} aria-pressed={asTable}>
          {asTable ? 'Chart' : 'Table'}
        </button>
      </header>
      {asTable ? (
        <div className="tall">
          <DataTable
            caption={title}
            columns={[
              { name: props.placeName ?? 'Time', cell: (index: number) => places[index] },
              ...series.map((one) => ({ name: one.name, cell: (index: number) => write(one.values[index] ?? null), figure: true })),
            ]}
            rows={places.map((_, index) => index)}
            id={(index) => String(index)}
            empty="There is nothing to show yet."
          />
        </div>
      ) : isEmpty ? (
        <p className="canvas soft">Nothing was measured in this time.</p>
      ) : (
        <div ref={canvas} className="canvas" role="img" aria-label={`${title}, as a chart`} />
      )}
    </section>
  );
}
