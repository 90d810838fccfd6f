package report_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// themes returns the colours that the style sheet names, in light and in dark.
func themes(t *testing.T) map[string]map[string][3]float64 {
	t.Helper()
	css, err := os.ReadFile("style.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark := map[string][3]float64{}, map[string][3]float64{}
	blocks := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(string(css), -1)
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of colours, want one for light and one for dark", len(blocks))
	}
	for i, block := range blocks {
		for _, m := range regexp.MustCompile(`--([\w-]+): #([0-9a-f]+);`).FindAllStringSubmatch(block[1], -1) {
			hex := m[2]
			if len(hex) == 3 {
				hex = strings.Repeat(hex[:1], 2) + strings.Repeat(hex[1:2], 2) + strings.Repeat(hex[2:], 2)
			}
			var c [3]float64
			for k := range c {
				v, err := strconv.ParseUint(hex[2*k:2*k+2], 16, 8)
				if err != nil {
					t.Fatal(err)
				}
				c[k] = linear(float64(v) / 255)
			}
			if i == 0 {
				light[m[1]] = c
			}
			dark[m[1]] = c // the dark block overrides
		}
	}
	return map[string]map[string][3]float64{"light": light, "dark": dark}
}

// linear undoes the transfer function of sRGB.
func linear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// TestContrast holds what WCAG 2.2 asks: 4.5:1 for text, 3:1 for what else has a
// meaning.
func TestContrast(t *testing.T) {
	luminance := func(c [3]float64) float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] }
	for theme, colour := range themes(t) {
		check := func(least float64, ground string, names ...string) {
			for _, name := range names {
				c, ok := colour[name]
				a, b := luminance(c), luminance(colour[ground])
				if contrast := (max(a, b) + 0.05) / (min(a, b) + 0.05); !ok || contrast < least {
					t.Errorf("%s: --%s on --%s has a contrast of %.2f, want %v", theme, name, ground, contrast, least)
				}
			}
		}
		check(4.5, "page", "ink", "muted", "accent")
		check(4.5, "card", "ink", "muted", "accent", "warn", "s0", "s1", "s2", "s3")
		check(4.5, "warn-card", "ink", "warn")
		check(4.5, "best", "ink", "accent")
		check(3, "card", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9")
	}
}

// TestClassColours holds that no two classes look alike, also for readers without
// the cones for green or for red: their distances in OKLab are no less than
// between Petroff's colours, which the same arithmetic gives.
func TestClassColours(t *testing.T) {
	// Machado, Oliveira and Fernandes, 2009, table 1, severity 1.
	vision := map[string][3][3]float64{
		"normal":       {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
		"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
		"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	}
	petroff := map[string]float64{"normal": 9.0, "deuteranopia": 8.4, "protanopia": 6.1}
	for theme, colour := range themes(t) {
		for name, m := range vision {
			least := math.Inf(1)
			for i := range 10 {
				for j := range i {
					a := okLab(product(m, colour["c"+strconv.Itoa(i)]))
					b := okLab(product(m, colour["c"+strconv.Itoa(j)]))
					least = min(least, 100*math.Hypot(math.Hypot(a[0]-b[0], a[1]-b[1]), a[2]-b[2]))
				}
			}
			t.Logf("%s, %s: least distance %.1f", theme, name, least)
			if least < petroff[name] {
				t.Errorf("%s, %s: two classes have a distance of %.1f, want %v", theme, name, least, petroff[name])
			}
		}
	}
}

func product(m [3][3]float64, v [3]float64) (p [3]float64) {
	for i, row := range m {
		p[i] = max(0, min(1, row[0]*v[0]+row[1]*v[1]+row[2]*v[2]))
	}
	return p
}

// okLab converts linear sRGB to OKLab (Ottosson, 2020).
func okLab(c [3]float64) [3]float64 {
	l := math.Cbrt(0.4122214708*c[0] + 0.5363325363*c[1] + 0.0514459929*c[2])
	m := math.Cbrt(0.2119034982*c[0] + 0.6806995451*c[1] + 0.1073969566*c[2])
	s := math.Cbrt(0.0883024619*c[0] + 0.2817188376*c[1] + 0.6299787005*c[2])
	return [3]float64{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}
