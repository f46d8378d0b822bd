# SPDX-License-Identifier: GPL-2.0
#
# Three panels from the files that bench/picture wrote to "dir": instructions a
# call, the pause, and every transition as a point, under the names in "tics".

full(name) = int(system("wc -c <" . dir . "/" . name)) > 0
ours = "#2166ac"
theirs = "#b2182b"
set output out
set multiplot title about noenhanced
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror
set lmargin 10

set origin 0, 0.52
set size 0.55, 0.44
set title "Guest instructions a call, beyond an unpatched one"
set style data histogram
set style histogram clustered gap 1
set style fill solid
set yrange [0:100]
set key top left
if (full("calls")) {
	plot dir . "/calls" using 2:xtic(1) title "Switchyard" lc rgb ours, \
		"" using 3 title "upstream livepatch" lc rgb theirs, \
		"" using ($0 - 0.17):($2 + 3):(sprintf("+%g", $2)) with labels notitle, \
		"" using ($0 + 0.17):($3 + 3):(sprintf("+%g", $3)) with labels notitle
}

set origin 0.55, 0.52
set size 0.45, 0.44
set title "Pause of PATCHED_SET/KERNEL" noenhanced
set logscale xy
set xrange [80:8000]
set autoscale y
set xlabel "tasks"
set ylabel "us; 1000 guest instructions"
set key top left
if (full("pause-wall") && full("pause-instructions")) {
	set yrange [5:200000]
	plot 5000 with lines dt 2 lc rgb "#888888" title "goal at 5,000 sleepers: 5 ms", \
		dir . "/pause-wall" using 1:2:3:4 with yerrorlines lw 2 pt 7 \
		lc rgb ours title "median, least, most (us)", \
		dir . "/pause-instructions" using 1:2 with linespoints lw 2 pt 5 \
		lc rgb "#4d9221" title "instructions (1000)"
}
unset logscale x

set origin 0, 0
set size 1, 0.50
set title "Transitions, redirects registered to settled: every run, and the median (bar)"
unset xlabel
set ylabel "ms"
set xrange [0.4:14.8]
set yrange [0.05:200000]
set format y "%g"
eval "set xtics rotate by -25 noenhanced (" . tics . ")"
set key top left horizontal
set style data points
if (full("points-idle") && full("points-load") && full("points-sleeper")) {
	set errorbars 0
	plot dir . "/points-idle" pt 6 ps 0.6 lc rgb "#1b7837" title "idle", \
		dir . "/points-load" pt 4 ps 0.6 lc rgb "#e08214" title "under load", \
		dir . "/points-sleeper" pt 2 ps 0.6 lc rgb "#762a83" \
		title "thread asleep inside", \
		for [s in "idle load sleeper"] dir . "/medians-" . s \
		using 1:2:(0.12) with xerrorbars pt -1 lw 3 lc rgb "black" notitle, \
		dir . "/unsettled" using 1:2:(sprintf("%s\nsettled", strcol(3))) with labels textcolor rgb "#762a83" notitle
}
unset multiplot
