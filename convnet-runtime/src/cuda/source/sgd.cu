// g = gradient / loss scale + decay w; v = momentum v + g; w -= rate v, or with Nesterov w -= rate (g + momentum v).
template<class G>
FN void sgd(float* w, const float* gradient, float* v, const float* rate, const float* momentum, const float* nesterov,
            const float* decay, const float* loss_scale, const u32* failed, u32 size) {
  const u64 i = thread_number();
  if (i >= size || *failed) return;
  float g = gradient[i] / *loss_scale;
  if (G::DECAYS) g += *decay * w[i];
  float step = g;
  if (*momentum != 0.f) {
    v[i] = *momentum * v[i] + g;
    step = *nesterov != 0.f ? g + *momentum * v[i] : v[i];
  }
  w[i] -= *rate * step;
}
