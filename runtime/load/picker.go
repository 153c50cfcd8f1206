package load

import "math"

// A picker deals out classes in proportion to their weights: each time the one
// whose next user lowers the Kullback-Leibler divergence between the dealt mix
// and the weights the most. The formula, and the order of comparison when two
// are equal, are Locust's (_kl_generator in dispatch.py), so that both tools
// run the same number of users of each class at any moment.
type picker []share

type share struct {
	class  int
	gain   float64 // change of the divergence; the smallest is next
	dealt  float64 // weight + users dealt + 1
	weight float64
}

// add adds a class; classes are added in the order of their names. Those of
// weight 0 are never dealt.
func (p *picker) add(class int, weight float64) {
	if weight > 0 {
		*p = append(*p, share{class, gain(weight, weight), weight + 1, weight})
	}
}

func gain(weight, dealt float64) float64 { return weight * math.Log2(dealt/(dealt+1)) }

// pick deals the next class, or reports false if there is none to deal.
func (p picker) pick() (class int, ok bool) {
	if len(p) == 0 {
		return 0, false
	}
	best := &p[0]
	for i := range p[1:] {
		if p[i+1].before(best) {
			best = &p[i+1]
		}
	}
	best.gain = gain(best.weight, best.dealt)
	best.dealt++
	return best.class, true
}

// before orders by gain, then dealt; what is equal stays in order of names.
func (s *share) before(t *share) bool {
	if s.gain != t.gain {
		return s.gain < t.gain
	}
	return s.dealt < t.dealt
}
