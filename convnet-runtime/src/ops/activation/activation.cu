// Activations f(x), not a number where x is not, and their slopes f'(x) as functions of y = f(x).
FN float identity(float x) { return x; }
FN float identity_slope(float) { return 1.f; }
FN float relu(float x) { return x <= 0.f ? 0.f : x; }
FN float relu_slope(float y) { return y > 0.f ? 1.f : 0.f; }
FN float leaky_relu(float x, float slope) { return x <= 0.f ? slope * x : x; }
FN float leaky_relu_slope(float y, float slope) { return y > 0.f ? 1.f : slope; }
FN float elu(float x, float a) { return x <= 0.f ? a * expm1f(x) : x; }
FN float elu_slope(float y, float a) { return y > 0.f ? 1.f : y + a; }
FN float sigmoid(float x) { return 1.f / (1.f + expf(-x)); }
FN float sigmoid_slope(float y) { return y * (1.f - y); }
FN float tanh_slope(float y) { return 1.f - y * y; }
FN float clipped_relu(float x, float top) { return x <= 0.f ? 0.f : x >= top ? top : x; }
FN float clipped_relu_slope(float y, float top) { return y > 0.f && y < top ? 1.f : 0.f; }

// y = f(x)
template<class G> FN void activation_forward(const val* x, val* y, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  y[e.pixel * G::OUT + e.c] = G::apply(x[e.pixel * G::IN + e.c]);
}

// dx = f'(x) dy, by y = f(x), of pitch IN.
template<class G> FN void activation_backward(const val* y, const val* dy, val* dx, u32 batch) {
  const u64 i = thread_number();
  if (i >= (u64)batch * G::H * G::W * G::C) return;
  const Element e = element<G::H, G::W, G::C>(i);
  put<G::ADD>(dx + e.pixel * G::DX + e.c, G::slope(y[e.pixel * G::IN + e.c]) * dy[e.pixel * G::DY + e.c]);
}
