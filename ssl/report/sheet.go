package report

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
)

// ContactSheet returns one picture of samples, each in its views side by side:
// what an augmentation does to them, to look at before training. The views of a
// sample are a pixel apart and samples farther, in rows that make the sheet a
// little wider than high. Images smaller than 96 pixels are enlarged by a whole number,
// so that their pixels stay squares; those smaller than the largest stand in the
// upper left of their cell. It is an error when there is no image, or when the
// pixels of one do not fill its shape, or the sheet would be larger than 2²⁸
// pixels.
func ContactSheet(samples [][]Image) (image.Image, error) {
	views, height, width := 0, 0, 0
	for i, sample := range samples {
		views = max(views, len(sample))
		for v, m := range sample {
			if err := m.check(); err != nil {
				return nil, fmt.Errorf("view %d of sample %d: %w", v, i, err)
			}
			height, width = max(height, m.Shape[1]), max(width, m.Shape[2])
		}
	}
	if views == 0 {
		return nil, errors.New("report: ContactSheet: no images; expected one sample or more, each in one view or more")
	}
	const limit = 1 << 14 // pixels a side
	scale := max(1, maxSide/max(height, width))
	gap := max(1, 4*scale) // between samples, and around all
	cellWidth, cellHeight := views*(width*scale+scale)-scale+gap, height*scale+gap
	// n cells in c columns are c·cellWidth wide and n/c·cellHeight high: 4 to 3.
	columns := int(math.Round(math.Sqrt(4. / 3 * float64(len(samples)) * float64(cellHeight) / float64(cellWidth))))
	columns = min(max(columns, 1), len(samples))
	rows := (len(samples) + columns - 1) / columns
	if cellWidth > (limit-gap)/columns || cellHeight > (limit-gap)/rows {
		return nil, fmt.Errorf("report: ContactSheet: %d samples of %d views of %d×%d pixels make a sheet of more than %d pixels a side; show fewer", len(samples), views, width, height, limit)
	}
	sheet := image.NewNRGBA(image.Rect(0, 0, columns*cellWidth+gap, rows*cellHeight+gap))
	draw.Draw(sheet, sheet.Bounds(), image.NewUniform(color.NRGBA{128, 128, 128, 255}), image.Point{}, draw.Src)
	for i, sample := range samples {
		for v, m := range sample {
			enlarge(sheet, gap+i%columns*cellWidth+v*(width+1)*scale, gap+i/columns*cellHeight, m.draw(1), scale)
		}
	}
	return sheet, nil
}

// enlarge draws src at x and y with every pixel a square.
func enlarge(dst *image.NRGBA, x, y int, src image.Image, scale int) {
	for sy := range src.Bounds().Dy() {
		for sx := range src.Bounds().Dx() {
			square := image.Rect(0, 0, scale, scale).Add(image.Pt(x+sx*scale, y+sy*scale))
			draw.Draw(dst, square, image.NewUniform(src.At(sx, sy)), image.Point{}, draw.Src)
		}
	}
}
